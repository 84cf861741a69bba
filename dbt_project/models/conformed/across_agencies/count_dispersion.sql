{#-
    Pearson's chi-squared over its degrees of freedom, of months by years: what is expected of a month has the level of its year and the
    season of its month, so that neither counts as variation. Years in an exceptional period are left out where two others remain.
-#}
with monthly as (
    {{ counts_by_area('month_start') }}
),

kind as (
    select distinct
        series,
        feed_type
    from monthly
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
    from monthly
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
    from monthly
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
