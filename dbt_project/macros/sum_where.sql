{# The sum over the rows that meet a condition. #}
{% macro sum_where(condition, measure) -%}
    sum(case when {{ condition }} then {{ measure }} else 0 end)
{%- endmacro %}
