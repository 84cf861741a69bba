select
    measure,
    kind,
    sex,
    twelve_months_ending,
    incidents,
    lag(incidents, 4) over (series) as incidents_year_before,
    incidents > max(incidents) over (series rows between unbounded preceding and 1 preceding) as is_peak,
    rate_per_1000,
    lag(rate_per_1000, 4) over (series) as rate_year_before,
    rate_per_1000 > max(rate_per_1000) over (series rows between unbounded preceding and 1 preceding) as is_rate_peak,
    twelve_months_ending = max(twelve_months_ending) over (partition by measure, kind, sex) as is_latest
from {{ ref('fct_prison_safety') }}
window series as (partition by measure, kind, sex order by twelve_months_ending)
