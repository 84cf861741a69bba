select
    record.financial_year,
    district.district_code,
    district.district,
    district.area,
    record.offence_type,
    outcome.outcome_code,
    outcome.sna_label as outcome,
    outcome.outcome_group,
    outcome.sna_group,
    outcome.is_positive,
    count(*) as outcome_records
from {{ ref('fct_outcome') }} as record
inner join {{ ref('fct_offence') }} as offence
    on record.crime_reference = offence.crime_reference
inner join {{ ref('dim_outcome') }} as outcome
    on record.outcome_key = outcome.outcome_key
inner join {{ ref('dim_district') }} as district
    on record.district_code = district.district_code
where record.is_serious_violence and {{ has_outcomes_delivered('offence.recorded_month') }}
group by all
