-- Every twelve months in a row for which crimes were delivered, by all forces of the area: where one lacks a month, its
-- places would have fewer than those of the others.
with span as (
    select
        min(recorded_month) as first_month,
        max(recorded_month) as last_month
    from {{ ref('placed_crime') }}
),

calendar as (
    select distinct
        month_start,
        month_label
    from {{ ref('dim_date') }}
),

complete as (
    select
        first_month.month_start as first_month,
        last_month.month_start as last_month,
        first_month.month_label || ' to ' || last_month.month_label as window_label,
        last_month.month_start = max(last_month.month_start) over () as is_latest
    from span
    inner join calendar as last_month
        on span.last_month >= last_month.month_start
    inner join calendar as first_month
        on
            last_month.month_start = {{ months_from('first_month.month_start', 11) }}
            and span.first_month <= first_month.month_start
    where
        not exists (
            select 1
            from {{ ref('incomplete_month') }} as incomplete
            where
                incomplete.feed_type = (
                    select case when count(*) > 0 then 'crimes' else 'street' end from {{ ref('fct_offence') }}
                )
                and incomplete.month_start between first_month.month_start and last_month.month_start
        )
),

estimate as (
    select distinct mid_year
    from {{ ref('fct_population') }}
),

peopled as (
    select
        complete.last_month,
        {{ denominator_year('estimate.mid_year', 'last_day(complete.last_month)') }} as population_year
    from complete
    cross join estimate
    group by complete.last_month
),

named as (
    select
        complete.*,
        coalesce(
            complete.last_month in (select report.hotspot_last_month from {{ ref('report_window') }} as report), false
        ) as is_published,
        financial_year.financial_year,
        peopled.population_year
    from complete
    left join peopled
        on complete.last_month = peopled.last_month
    left join {{ ref('dim_financial_year') }} as financial_year
        on complete.first_month = financial_year.first_day
)

select
    first_month,
    last_month,
    {{ months_from('last_month', 1) }} - 1 as last_day,
    window_label,
    is_published,
    is_latest,
    financial_year,
    population_year,
    is_published or is_latest or financial_year is not null as is_analysed
from named
