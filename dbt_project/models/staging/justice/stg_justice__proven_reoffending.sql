select
    agency,
    cohort,
    {{ month_end_of_name("split_part(cohort, ' to ', 2)") }} as cohort_ends,
    breakdown,
    age_range,
    category,
    case when breakdown = 'Age group' then category end as age_group_label,
    case when breakdown = 'Custodial sentence' then category end as sentence_label,
    case when breakdown = 'Reoffence type' then category end as reoffence_label,
    case when breakdown = 'Months to reoffence' then try_cast(category as smallint) end as months_to_reoffence,
    offenders,
    reoffenders,
    reoffences,
    _load_id as load_id
from {{ source('landing', 'justice__proven_reoffending') }}
