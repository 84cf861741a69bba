select
    pair.financial_year,
    district.district_code,
    district.district,
    district.area,
    pair.offence_type,
    pair.victim_age_group,
    pair.suspect_age_group,
    count(*) as pairs
from {{ ref('bridge_victim_suspect') }} as pair
inner join {{ ref('dim_district') }} as district
    on pair.district_code = district.district_code
where pair.is_serious_violence
group by all
