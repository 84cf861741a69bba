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

{#
    What to know before a change between years is repeated: entries of the register of series breaks that are between the years
    compared, or in one of them. Columns: series, financial_year, is_break, caution.

    compared   relation with series, feed_type, financial_year, last_day, previous_year and previous_first_day
#}
{% macro change_cautions(compared) -%}
    select
        series,
        financial_year,
        bool_or(is_break) as is_break,
        string_agg(caution, '; ' order by caution) as caution
    from (
        -- What is between the years that are compared, or in one of them; several areas and feeds can have the same.
        select distinct
            year.series,
            year.financial_year,
            entry.break_kind = 'break' as is_break,
            strftime(entry.first_date, '%B %Y') || ': ' || entry.what as caution
        from {{ compared }} as year
        inner join {{ ref('dim_series_break') }} as entry
            on
                entry.break_kind <> 'exceptional period'
                and {{ is_about('entry', 'year') }}
                and year.previous_first_day < entry.first_date
                and year.last_day >= entry.first_date

        union all

        select
            year.series,
            year.financial_year,
            false as is_break,
            calendar.financial_year || ': ' || cast(count(distinct calendar.month_start) as varchar) || ' of 12 months in '
            || entry.what as caution
        from {{ compared }} as year
        inner join (select distinct month_start, financial_year from {{ ref('dim_date') }}) as calendar
            on year.financial_year = calendar.financial_year or year.previous_year = calendar.financial_year
        inner join {{ ref('dim_series_break') }} as entry
            on
                entry.break_kind = 'exceptional period'
                and {{ is_about('entry', 'year') }}
                and calendar.month_start between entry.first_date and entry.last_date
        group by year.series, year.financial_year, entry.what, calendar.financial_year
    ) as said
    group by series, financial_year
{%- endmacro %}
