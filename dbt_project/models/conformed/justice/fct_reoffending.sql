select
    returned.cohort,
    returned.cohort_ends,
    returned.breakdown,
    returned.age_range,
    case returned.breakdown
        when 'Age group' then coalesce(age_group.conformed, 'Unknown')
        when 'Custodial sentence' then coalesce(sentence.conformed, 'Unknown')
        when 'Reoffence type' then coalesce(reoffence.conformed, 'Unknown')
        else returned.category
    end as category,
    returned.months_to_reoffence,
    cast(returned.offenders as bigint) as offenders,
    cast(returned.reoffenders as bigint) as reoffenders,
    cast(returned.reoffences as bigint) as reoffences,
    returned.load_id
from {{ ref('stg_justice__proven_reoffending') }} as returned
{{ join_label('age_group', 'returned.age_group_label', 'reoffending_age_group') }}
{{ join_label('sentence', 'returned.sentence_label', 'custodial_sentence') }}
{{ join_label('reoffence', 'returned.reoffence_label', 'reoffence_type') }}
