select
    ward.ward_code,
    ward.ward_name,
    ward.vintage as ward_vintage,
    district.district_code,
    district.district,
    district.area,
    ward.longitude as centre_longitude,
    ward.latitude as centre_latitude,
    ward.boundary_geojson,
    ward.is_inferred
from {{ ref('dim_ward') }} as ward
inner join {{ ref('dim_district') }} as district
    on ward.district_code = district.district_code
where
    district.district_code <> 'Outside'
    -- The unknown ward is for what has no ward; without any ward there is no such thing.
    and exists (
        select 1 from {{ ref('dim_ward') }} as known
        where known.ward_code <> 'Unknown'
    )
