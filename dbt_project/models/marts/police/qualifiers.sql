select
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    offence.has_alcohol_qualifier,
    offence.has_drugs_qualifier,
    count(*) as offences
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
where offence.is_serious_violence
group by all
