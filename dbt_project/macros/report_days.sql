{# Joins the report that uses a row of prison_safety, whatever has been delivered since: deaths are reported a quarter further. #}
{% macro join_report_of_twelve_months() -%}
    inner join {{ ref('report_window') }} as report
        on safety.twelve_months_ending = case safety.measure when 'Deaths' then report.deaths_end else report.safety_end end
{%- endmacro %}
