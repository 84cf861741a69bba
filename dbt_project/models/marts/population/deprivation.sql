select
    lsoa.lsoa_code,
    lsoa.lsoa_name,
    lsoa.vintage as lsoa_vintage,
    district.district_code,
    district.district,
    district.area,
    lsoa.imd_rank,
    lsoa.imd_decile,
    lsoa.imd_decile <= 5 as is_most_deprived_half,
    population.population_2015
from {{ ref('dim_lsoa') }} as lsoa
inner join {{ ref('dim_district') }} as district
    on lsoa.district_code = district.district_code
left join {{ ref('lsoa_population') }} as population
    on lsoa.lsoa_code = population.lsoa_code
where district.is_in_county and lsoa.imd_decile is not null
