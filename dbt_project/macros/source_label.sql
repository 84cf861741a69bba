{#
    A label as it is compared with the seed source_label: letter case, runs of blanks and line breaks do not count
    (a name over two lines of one cell is one name).
#}
{% macro plain_label(column) -%}
    lower(trim(regexp_replace({{ column }}, '\s+', ' ', 'g')))
{%- endmacro %}

{# What agencies call things, by scheme: everywhere, and in the area. #}
{% macro known_labels() -%}
    (
        select
            scheme,
            source_label,
            conformed
        from {{ ref('source_label') }}

        union all

        {{ area_rows('labels', {'scheme': 'varchar', 'source_label': 'varchar', 'conformed': 'varchar'}) }}
    )
{%- endmacro %}

{# Join that maps a label of a feed; use {{ alias }}.conformed, which is NULL for a blank or an unmapped label. #}
{% macro join_label(alias, column, scheme) -%}
    left join {{ known_labels() }} as {{ alias }}
        on
            {{ alias }}.scheme = '{{ scheme }}'
            and {{ plain_label(alias ~ '.source_label') }} = {{ plain_label(column) }}
{%- endmacro %}
