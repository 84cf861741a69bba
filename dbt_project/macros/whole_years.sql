{# The financial years of the district indicators, and which agencies delivered all months of each; null where none came. #}
{% macro whole_years() -%}
    select
        financial_year,
        bool_and(case when indicator_id = 'serious_violence' then is_whole_year end) as police,
        bool_and(case when indicator_id = 'ed_attendances' then is_whole_year end) as hospitals,
        bool_and(case when indicator_id = 'ambulance_calls' then is_whole_year end) as ambulances
    from {{ ref('fct_district_indicator') }}
    group by financial_year
{%- endmacro %}
