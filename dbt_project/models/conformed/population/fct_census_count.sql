select
    counted.census_year,
    counted.national_district_code,
    coalesce(district.district_code, 'Outside') as district_code,
    counted.measure,
    case when counted.sex_label is null then 'All' else coalesce(sex.conformed, 'Unknown') end as sex,
    counted.age_from,
    counted.age_to,
    cast(counted.counted as bigint) as counted,
    counted.load_id
from {{ ref('stg_population__census_population') }} as counted
left join {{ ref('district') }} as district
    on counted.national_district_code = district.district_code
{{ join_label('sex', 'counted.sex_label', 'sex') }}
