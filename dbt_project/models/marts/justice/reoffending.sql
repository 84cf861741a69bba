select
    cohort,
    cohort_ends,
    breakdown,
    age_range,
    category,
    breakdown = 'Overall' or age_range = 'All' as is_total,
    months_to_reoffence,
    offenders,
    reoffenders,
    reoffences,
    cohort_ends = max(cohort_ends) over () as is_latest
from {{ ref('fct_reoffending') }}
