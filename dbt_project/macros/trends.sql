{#
    monthly_count summed by month or financial year, for each district and for the whole area.

    period   month_start or financial_year

    Columns: series, measure, area, is_total, financial_year, month_start (if asked for), months, events.
#}
{% macro counts_by_area(period) -%}
    select
        monthly.series,
        monthly.measure,
        coalesce(district.district, {{ area_name() }}) as area,
        grouping(district.district) = 1 as is_total,
        monthly.financial_year,
        {%- if period == 'month_start' %}
        monthly.month_start,
        {%- endif %}
        count(distinct monthly.month_start) as months,
        cast(sum(monthly.events) as bigint) as events
    from {{ ref('monthly_count') }} as monthly
    inner join {{ ref('dim_district') }} as district
        on monthly.district_code = district.district_code
    {%- set columns = 'monthly.series, monthly.measure, monthly.financial_year' %}
    {%- if period == 'month_start' %}{% set columns = columns ~ ', monthly.month_start' %}{% endif %}
    group by grouping sets (({{ columns }}), ({{ columns }}, district.district))
{%- endmacro %}
