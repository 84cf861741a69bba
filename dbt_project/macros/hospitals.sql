{# The months of which all hospitals' attendances have come: of any other month they are those of some districts alone. #}
{% macro months_of_all_hospitals() -%}
    {%- set senders = [] -%}
    {#- The linter knows no variables. -#}
    {%- for one in (var('area').get('agencies') or [] if var('area') is mapping else []) if 'ed_assaults' in one['feeds'] -%}
        {%- do senders.append(one['agency']) -%}
    {%- endfor -%}
    (
        select month_start
        from {{ ref('fct_ed_attendance') }}
        group by month_start
        having count(distinct feed) = {{ [senders | length, 1] | max }}
    )
{%- endmacro %}
