select
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    relationship.relationship,
    relationship.is_recorded,
    count(*) as offences
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
inner join {{ ref('dim_relationship') }} as relationship
    on offence.relationship = relationship.relationship
where offence.is_serious_violence
group by all
