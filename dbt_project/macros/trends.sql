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
    compared, or in one of them. Columns: series, the column of `period`, is_break, caution.

    compared   relation with series, feed_type, first_day, last_day, previous_year (its name) and previous_first_day
    period     its column that names a year: financial years, or any twelve months
#}
{% macro change_cautions(compared, period='financial_year') -%}
    select
        series,
        {{ period }},
        bool_or(is_break) as is_break,
        string_agg(caution, '; ' order by caution) as caution
    from (
        -- What is between the years that are compared, or in one of them; several areas and feeds can have the same.
        select distinct
            year.series,
            year.{{ period }},
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
            year.{{ period }},
            false as is_break,
            case when calendar.month_start < year.first_day then year.previous_year else year.{{ period }} end || ': '
            || cast(count(distinct calendar.month_start) as varchar) || ' of 12 months in ' || entry.what as caution
        from {{ compared }} as year
        inner join (select distinct month_start from {{ ref('dim_date') }}) as calendar
            on calendar.month_start between year.previous_first_day and year.last_day
        inner join {{ ref('dim_series_break') }} as entry
            on
                entry.break_kind = 'exceptional period'
                and {{ is_about('entry', 'year') }}
                and calendar.month_start between entry.first_date and entry.last_date
        group by year.series, year.{{ period }}, year.previous_year, entry.what, calendar.month_start < year.first_day
    ) as said
    group by series, {{ period }}
{%- endmacro %}

{#
    Counts of two periods as they may be compared: a test of each, adjusted for those of its family, and the word that it supports; none
    across a series break. All columns of `compared`, and p_value, q_value, verdict and verdict_caution.

    compared   relation with the columns that change_cautions reads, and area, events, previous_year_events and dispersion
    period     its column that names a year
    family     columns of the tests that are adjusted for their number
#}
{% macro judged_changes(compared, family, period='financial_year') -%}
    with cautioned as (
        {{ change_cautions(compared, period) }}
    ),

    tested as (
        select
            compared.*,
            case when compared.previous_year_events is not null then cautioned.caution end as verdict_caution,
            case when coalesce(cautioned.is_break, false) then 'series break' end as refusal,
            {{ counts_test(
                'compared.events', 'compared.previous_year_events', dispersion='compared.dispersion',
                when='not coalesce(cautioned.is_break, false)'
            ) }} as p_value
        from {{ compared }} as compared
        left join cautioned
            on compared.series = cautioned.series and compared.{{ period }} = cautioned.{{ period }}
    ),

    adjusted as (
        {{ adjusted('tested', family) }}
    )

    select
        *,
        {{ change_word('previous_year_events', 'events', refusal='refusal') }} as verdict
    from adjusted
{%- endmacro %}

{#
    How much more the months of series vary than chance alone would make them. Pearson's chi-squared over its degrees of freedom, of months
    by years: what is expected of a month has the level of its year and the season of its month, so that neither counts as variation.
    Years in an exceptional period are left out where two others remain. Columns: series, area, whole_years, mean_events, dispersion.

    monthly   relation with series, feed_type, area, month_start, financial_year and events, a row for each month delivered
#}
{% macro dispersion_of(monthly) -%}
    with kind as (
        select distinct
            series,
            feed_type
        from {{ monthly }} as monthly
    ),

    calendar as (
        select distinct
            month_start,
            financial_year
        from {{ ref('dim_date') }}
    ),

    exceptional as (
        select distinct
            kind.series,
            calendar.financial_year
        from kind
        inner join {{ ref('dim_series_break') }} as entry
            on entry.break_kind = 'exceptional period' and {{ is_about('entry', 'kind') }}
        inner join calendar
            on calendar.month_start between entry.first_date and entry.last_date
    ),

    year as (
        select
            monthly.series,
            monthly.area,
            monthly.financial_year,
            exceptional.financial_year is not null as is_exceptional
        from {{ monthly }} as monthly
        left join exceptional
            on monthly.series = exceptional.series and monthly.financial_year = exceptional.financial_year
        group by monthly.series, monthly.area, monthly.financial_year, exceptional.financial_year
        having count(*) = 12
    ),

    used as (
        select *
        from year
        qualify
            not is_exceptional
            or count(case when not is_exceptional then 1 end) over (partition by series, area) < 2
    ),

    summed as (
        select
            monthly.series,
            monthly.area,
            monthly.financial_year,
            monthly.events,
            sum(monthly.events) over (partition by monthly.series, monthly.area, monthly.financial_year) as of_year,
            sum(monthly.events) over (partition by monthly.series, monthly.area, month(monthly.month_start)) as of_month,
            sum(monthly.events) over (partition by monthly.series, monthly.area) as of_all
        from {{ monthly }} as monthly
        inner join used
            on
                monthly.series = used.series
                and monthly.area = used.area
                and monthly.financial_year = used.financial_year
    ),

    expected as (
        select
            *,
            cast(of_year as double) * of_month / nullif(of_all, 0) as expected_events
        from summed
    ),

    measured as (
        select
            series,
            area,
            count(distinct financial_year) as whole_years,
            avg(events) as mean_events,
            sum(
                pow(events - expected_events, 2) / nullif(expected_events, 0)
                order by financial_year, expected_events, events
            ) as chi_squared
        from expected
        group by series, area
    )

    select
        series,
        area,
        whole_years,
        mean_events,
        -- Of small counts the tests are those of Poisson counts: how much more they vary cannot be seen.
        case
            when whole_years < 2 or mean_events < {{ var('trend_minimum_mean') }} then 1.0
            else greatest(1.0, chi_squared / (11 * (whole_years - 1)))
        end as dispersion
    from measured
{%- endmacro %}
