select
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    offence.weapon,
    offence.is_knife_crime,
    count(*) as offences
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
where offence.is_serious_violence
group by all
