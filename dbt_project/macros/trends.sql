{#
    monthly_count summed by month or financial year, for each district and for the whole area.

    period   month_start or financial_year

    Columns: series, measure, feed_type, is_trend, area, district_code (NULL of the whole), is_total, financial_year, month_start (if
    asked for), months, events.
#}
{% macro counts_by_area(period) -%}
    {%- set columns = ['series', 'measure', 'feed_type', 'is_trend', 'financial_year'] -%}
    {%- if period == 'month_start' %}{% set columns = columns + ['month_start'] %}{% endif -%}
    {%- set columns = 'monthly.' ~ columns | join(', monthly.') -%}
    select
        {{ columns }},
        coalesce(district.district, {{ area_name() }}) as area,
        district.district_code,
        grouping(district.district) = 1 as is_total,
        count(distinct monthly.month_start) as months,
        cast(sum(monthly.events) as bigint) as events
    from {{ ref('monthly_count') }} as monthly
    inner join {{ ref('dim_district') }} as district
        on monthly.district_code = district.district_code
    group by grouping sets (({{ columns }}), ({{ columns }}, district.district, district.district_code))
{%- endmacro %}

{# The series of what another definition than the one in force counts. #}
{% macro definition_series(definition_id) -%} 'Definition ' || {{ definition_id }} {%- endmacro %}

{# Whether a row of dim_series_break is about a series: of its feed type, or of all; of its name, or of all. #}
{% macro is_about(entry, counted) -%}
    ({{ entry }}.series is null or {{ entry }}.series = {{ counted }}.series)
    and (
        {{ entry }}.feed_types is null
        or ';' || {{ entry }}.feed_types || ';' like '%;' || {{ counted }}.feed_type || ';%'
    )
{%- endmacro %}
