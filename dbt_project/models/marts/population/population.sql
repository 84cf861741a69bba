select
    'Mid-year estimate' as population_source,
    estimate.mid_year as population_year,
    lsoa.lsoa_code,
    lsoa.ward_code,
    district.district_code,
    district.district,
    district.area,
    'Persons' as sex,
    cast(null as smallint) as age_from,
    cast(null as smallint) as age_to,
    cast(estimate.population as bigint) as population
from {{ ref('fct_population') }} as estimate
inner join {{ ref('dim_lsoa') }} as lsoa
    on estimate.lsoa_code = lsoa.lsoa_code
inner join {{ ref('dim_district') }} as district
    on estimate.district_code = district.district_code

union all

select
    'Census' as population_source,
    counted.census_year as population_year,
    null as lsoa_code,
    null as ward_code,
    district.district_code,
    district.district,
    district.area,
    counted.sex,
    counted.age_from,
    counted.age_to,
    counted.counted as population
from {{ ref('fct_census_count') }} as counted
inner join {{ ref('dim_district') }} as district
    on counted.district_code = district.district_code
where counted.measure = 'Residents' and district.is_in_county
