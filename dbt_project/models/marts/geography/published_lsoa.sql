{{ config(alias='dim_lsoa') }}

select
    lsoa.lsoa_code,
    lsoa.lsoa_name,
    cast(row_number() over (
        order by lsoa.lsoa_code = 'Unknown', district.sort_order, lsoa.lsoa_name, lsoa.lsoa_code
    ) as integer) as lsoa_order,
    lsoa.vintage as lsoa_vintage,
    ward.ward_code,
    ward.ward_name,
    district.district_code,
    district.district,
    district.area,
    lsoa.imd_rank,
    lsoa.imd_decile,
    lsoa.is_inferred
from {{ ref('dim_lsoa') }} as lsoa
inner join {{ ref('dim_district') }} as district
    on lsoa.district_code = district.district_code
left join {{ ref('dim_ward') }} as ward
    on lsoa.ward_code = ward.ward_code
