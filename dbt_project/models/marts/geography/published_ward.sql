{{ config(alias='dim_ward') }}

select
    ward.ward_code,
    ward.ward_name,
    cast(row_number() over (
        order by ward.ward_code = 'Unknown', district.sort_order, ward.ward_name, ward.ward_code
    ) as integer) as ward_order,
    ward.vintage as ward_vintage,
    district.district_code,
    district.district,
    district.area,
    ward.is_inferred
from {{ ref('dim_ward') }} as ward
inner join {{ ref('dim_district') }} as district
    on ward.district_code = district.district_code
