with summed as (
    {{ counts_by_area('financial_year') }}
),

compared as (
    select
        this_year.*,
        case when this_year.months = 12 and last_year.months = 12 then last_year.events end as previous_year_events
    from summed as this_year
    inner join {{ ref('dim_financial_year') }} as year
        on this_year.financial_year = year.financial_year
    left join {{ ref('dim_financial_year') }} as year_before
        on year.start_year - 1 = year_before.start_year
    left join summed as last_year
        on
            year_before.financial_year = last_year.financial_year
            and this_year.series = last_year.series
            and this_year.area = last_year.area
)

select
    series,
    measure,
    area,
    (
        select district.district_code from {{ ref('dim_district') }} as district
        where district.district = compared.area
    ) as district_code,
    is_total,
    financial_year,
    months,
    events,
    {{ poisson_lower('events') }} as events_lower_95,
    {{ poisson_upper('events') }} as events_upper_95,
    previous_year_events,
    events - previous_year_events as change_events,
    {{ pct_change('previous_year_events', 'events', 1) }} as change_events_percent,
    {{ change_verdict('previous_year_events', 'events') }} as verdict
from compared
