{# The months of which all hospitals' attendances have come: of any other month they are those of some districts alone. #}
{% macro months_of_all_hospitals() -%}
    (
        select month_start
        from {{ ref('fct_ed_attendance') }}
        group by month_start
        having count(distinct feed) = {{ [senders_of('ed_assaults') | length, 1] | max }}
    )
{%- endmacro %}
