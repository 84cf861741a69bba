select
    series,
    measure,
    area,
    district_code,
    is_total,
    first_month,
    last_month,
    months,
    events,
    {{ poisson_lower('events') }} as events_lower_95,
    {{ poisson_upper('events') }} as events_upper_95,
    previous_year_events,
    events - previous_year_events as change_events,
    {{ pct_change('previous_year_events', 'events', 1) }} as change_events_percent,
    dispersion,
    p_value,
    q_value,
    verdict,
    verdict_caution
from {{ ref('latest_change') }}
where is_trend
