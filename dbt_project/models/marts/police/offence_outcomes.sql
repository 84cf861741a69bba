select
    offence.recorded_month as month_start,
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    offence.is_serious_violence,
    offence.is_domestic_abuse,
    offence.is_knife_crime,
    outcome.outcome_key,
    outcome.outcome_code,
    outcome.sna_label as outcome,
    outcome.outcome_group,
    outcome.sna_group,
    outcome.is_positive,
    cast(record.outcome_date - offence.recorded_date as integer) as days_to_outcome,
    count(*) as outcome_records
from {{ ref('fct_outcome') }} as record
inner join {{ ref('fct_offence') }} as offence
    on record.crime_reference = offence.crime_reference
inner join {{ ref('dim_outcome') }} as outcome
    on record.outcome_key = outcome.outcome_key
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
where offence.offence_type is not null and {{ has_outcomes_delivered('offence') }}
group by all
