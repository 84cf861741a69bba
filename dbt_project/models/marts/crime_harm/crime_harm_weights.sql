select
    harm.harm_version,
    harm.offence_code,
    harm.ho_sub_code,
    known.offence_title,
    offence.offence_type,
    cast(harm.harm_days as double) as harm_days,
    cast(harm.harm_days_highest as double) as harm_days_highest,
    harm.is_proactive,
    harm.confidence,
    harm.confidence = 'illustrative' as is_illustrative,
    harm.source,
    count(*) as offences
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_offence_harm') }} as harm
    on offence.offence_code = harm.offence_code
inner join {{ ref('dim_offence') }} as known
    on offence.offence_code = known.offence_code
where offence.is_serious_violence
group by all
