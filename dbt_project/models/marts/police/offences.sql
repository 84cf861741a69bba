select
    offence.recorded_month as month_start,
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    ward.ward_code,
    ward.ward_name,
    offence.offence_type,
    offence.offence_subtype,
    offence.is_knife_crime,
    {% set has_outcome = has_outcomes_delivered('offence') %}
    case when {{ has_outcome }} then offence.outcome_group else 'Unknown' end as outcome_group,
    case when {{ has_outcome }} then offence.is_positive_outcome end as is_positive_outcome,
    count(*) as offences
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
inner join {{ ref('dim_ward') }} as ward
    on offence.ward_code = ward.ward_code
where offence.is_serious_violence
group by all
