{# The models of the hospitals that deliver their attendances. #}
{% macro hospital_models() -%}
    {{- return(['stg_royal_derby_hospital__ed_assaults', 'stg_chesterfield_royal_hospital__ed_assaults']) -}}
{%- endmacro %}

{# The months of which all of them have come: of any other month the attendances are those of some districts alone. #}
{% macro months_of_all_hospitals() -%}
    (
        select month_start
        from {{ ref('fct_ed_attendance') }}
        group by month_start
        having count(distinct feed) = {{ hospital_models() | length }}
    )
{%- endmacro %}
