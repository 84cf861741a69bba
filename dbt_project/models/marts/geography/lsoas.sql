select
    boundary.lsoa_code,
    boundary.lsoa_name,
    lsoa.ward_code,
    district.district_code,
    district.district,
    boundary.boundary_geojson
from {{ ref('dim_lsoa_boundary') }} as boundary
inner join {{ ref('dim_lsoa') }} as lsoa
    on boundary.lsoa_code = lsoa.lsoa_code
inner join {{ ref('dim_district') }} as district
    on lsoa.district_code = district.district_code
where district.is_in_county
