select
    cohort,
    cohort_ends,
    breakdown,
    age_range,
    category,
    months_to_reoffence,
    offenders,
    reoffenders,
    reoffences,
    cohort_ends = max(cohort_ends) over () as is_latest
from {{ ref('fct_reoffending') }}
