select
    counted.mid_year as population_year,
    counted.lsoa_code,
    counted.ward_code,
    district.district_code,
    district.district,
    district.area,
    counted.sex,
    counted.age,
    age_band.age_group_code,
    cast(counted.population as bigint) as population
from {{ ref('fct_population_age') }} as counted
inner join {{ ref('dim_district') }} as district
    on counted.district_code = district.district_code
inner join {{ ref('dim_age_band') }} as age_band
    on counted.age = age_band.age
