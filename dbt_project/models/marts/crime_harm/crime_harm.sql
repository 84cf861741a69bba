with offence as (
    select
        offence.financial_year,
        offence.district_code,
        offence.offence_type,
        harm.harm_version,
        harm.harm_days,
        harm.is_proactive,
        harm.confidence = 'illustrative' as is_illustrative
    from {{ ref('fct_offence') }} as offence
    inner join {{ ref('dim_offence_harm') }} as harm
        on offence.offence_code = harm.offence_code
    where offence.is_serious_violence
)

select
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    offence.harm_version,
    {{ harm_measures('offences', 'offence') }}
from offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
group by all
