{#
    A label as it is compared with the seed source_label: letter case, runs of blanks and line breaks do not count
    ("North East" over "Derbyshire" in one cell is one name).
#}
{% macro plain_label(column) -%}
    lower(trim(regexp_replace({{ column }}, '\s+', ' ', 'g')))
{%- endmacro %}

{# Join that maps a label of a feed; use {{ alias }}.conformed, which is NULL for a blank or an unmapped label. #}
{% macro join_label(alias, column, scheme) -%}
    left join {{ ref('source_label') }} as {{ alias }}
        on
            {{ alias }}.scheme = '{{ scheme }}'
            and {{ plain_label(alias ~ '.source_label') }} = {{ plain_label(column) }}
{%- endmacro %}
