{# Whether the report uses a row of a national statistic, whatever has been delivered since. #}
{% macro on_report_day() -%} counted_on = date '{{ var("report_prison_day") }}' {%- endmacro %}

{# Deaths are reported a quarter further than the rest. #}
{% macro in_report_twelve_months() -%}
    twelve_months_ending
    = case measure when 'Deaths' then date '{{ var("report_deaths_end") }}' else date '{{ var("report_safety_end") }}' end
{%- endmacro %}
