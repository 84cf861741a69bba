select
    measure,
    kind,
    sex,
    sex = 'All' or kind like 'All %' as is_total,
    twelve_months_ending,
    incidents,
    lag(incidents, 4) over (series) as previous_year_incidents,
    incidents > max(incidents) over (series rows between unbounded preceding and 1 preceding) as is_peak,
    cast(rate_per_1000 as double) as rate_per_1000,
    cast(lag(rate_per_1000, 4) over (series) as double) as previous_year_rate_per_1000,
    rate_per_1000 > max(rate_per_1000) over (series rows between unbounded preceding and 1 preceding) as is_rate_peak,
    twelve_months_ending = max(twelve_months_ending) over (partition by measure, kind, sex) as is_latest
from {{ ref('fct_prison_safety') }}
window series as (partition by measure, kind, sex order by twelve_months_ending)
