select
    estimate.mid_year,
    estimate.lsoa_code_2021 as lsoa_code,
    lsoa.ward_code,
    lsoa.district_code,
    estimate.population,
    estimate.load_id
from {{ ref('stg_population__population') }} as estimate
inner join {{ ref('dim_lsoa') }} as lsoa
    on estimate.lsoa_code_2021 = lsoa.lsoa_code
inner join {{ ref('district') }} as district
    on lsoa.district_code = district.district_code
