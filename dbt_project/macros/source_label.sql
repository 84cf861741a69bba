{#
    A label as it is compared with the seed source_label: letter case, runs of blanks and line breaks do not count
    (a name over two lines of one cell is one name).
#}
{% macro plain_label(column) -%}
    lower(trim(regexp_replace({{ column }}, '\s+', ' ', 'g')))
{%- endmacro %}

{# What agencies call things, by scheme: everywhere, unless the area says otherwise, and in the area. No label is there twice. #}
{% macro known_labels() -%}
    {%- set in_the_area = area_rows('labels', {'scheme': 'varchar', 'source_label': 'varchar', 'conformed': 'varchar'}) -%}
    (
        select
            everywhere.scheme,
            everywhere.source_label,
            everywhere.conformed
        from {{ ref('source_label') }} as everywhere
        where not exists (
            select 1
            from ({{ in_the_area }}) as own
            where
                everywhere.scheme = own.scheme
                and {{ plain_label('everywhere.source_label') }} = {{ plain_label('own.source_label') }}
        )

        union all

        {{ in_the_area }}
    )
{%- endmacro %}

{# Join that maps a label of a feed; use {{ alias }}.conformed, which is NULL for a blank or an unmapped label. #}
{% macro join_label(alias, column, scheme) -%}
    left join {{ known_labels() }} as {{ alias }}
        on
            {{ alias }}.scheme = '{{ scheme }}'
            and {{ plain_label(alias ~ '.source_label') }} = {{ plain_label(column) }}
{%- endmacro %}
