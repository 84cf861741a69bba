-- XmR chart: an individual value against the natural process limits of the months before it.
{% set before %}
    partition by series, area order by month_start
    rows between {{ var('trend_baseline_months') }} preceding and 1 preceding
{% endset %}
{% set run %}
    partition by series, area order by month_start rows between {{ var('trend_run_before') }} preceding and current row
{% endset %}
{# Limits are 2.66 mean moving ranges from the mean: 3 / 1.128, where 1.128 is d2 for two values (Wheeler 2000). #}
{% set width = '2.66' %}

with summed as (
    {{ counts_by_area('month_start') }}
),

moved as (
    select
        *,
        abs(events - lag(events) over (partition by series, area order by month_start)) as moving_range
    from summed
),

measured as (
    select
        *,
        count(events) over ({{ before }}) as baseline_months,
        avg(events) over ({{ before }}) as centre_line,
        {{ width }} * avg(moving_range) over ({{ before }}) as reach,
        min(events) over ({{ run }}) as least_of_run,
        max(events) over ({{ run }}) as most_of_run
    from moved
),

aged as (
    select
        *,
        lag(centre_line, {{ var('trend_run_before') }}) over (partition by series, area order by month_start)
            as centre_before_run,
        lag(baseline_months, {{ var('trend_run_before') }}) over (partition by series, area order by month_start)
            as months_before_run
    from measured
),

judged as (
    select
        *,
        case
            when baseline_months < {{ var('trend_baseline_minimum') }} then 'too few months to tell'
            when centre_line < {{ var('trend_minimum_mean') }} then 'too few to compare'
            when events > centre_line + reach then 'above the limits'
            when events < centre_line - reach then 'below the limits'
            when months_before_run is null or months_before_run < {{ var('trend_baseline_minimum') }} then 'no change'
            when least_of_run > centre_before_run then 'shift up'
            when most_of_run < centre_before_run then 'shift down'
            else 'no change'
        end as signal
    from aged
)

select
    series,
    measure,
    area,
    (
        select district.district_code from {{ ref('dim_district') }} as district
        where district.district = judged.area
    ) as district_code,
    is_total,
    month_start,
    financial_year,
    events,
    {{ poisson_lower('events') }} as events_lower_95,
    {{ poisson_upper('events') }} as events_upper_95,
    baseline_months,
    case when baseline_months >= {{ var('trend_baseline_minimum') }} then centre_line end as centre_line,
    case when baseline_months >= {{ var('trend_baseline_minimum') }} then greatest(centre_line - reach, 0) end
        as lower_control_limit,
    case when baseline_months >= {{ var('trend_baseline_minimum') }} then centre_line + reach end
        as upper_control_limit,
    signal
from judged
