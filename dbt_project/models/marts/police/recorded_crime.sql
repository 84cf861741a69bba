select
    offence.recorded_month as month_start,
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.recorded_crime_group,
    coalesce(offence.offence_type, 'Not in the definition') as offence_type,
    offence.is_serious_violence,
    coalesce(offence.exclusion_reason, 'Counted') as exclusion_reason,
    count(*) as crimes
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
group by all
