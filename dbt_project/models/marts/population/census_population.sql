select
    counted.census_year,
    district.district_code,
    district.district,
    district.area,
    counted.sex,
    counted.age_from,
    counted.age_to,
    counted.counted as residents
from {{ ref('fct_census_count') }} as counted
inner join {{ ref('dim_district') }} as district
    on counted.district_code = district.district_code
where counted.measure = 'Residents' and district.is_in_county
