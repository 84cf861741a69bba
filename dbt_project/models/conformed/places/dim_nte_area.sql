select
    area.area_code as nte_area_code,
    area.area_name as nte_area,
    coalesce(district.district_code, 'Outside') as district_code,
    area.boundary_geojson,
    area.load_id
from {{ ref('stg_places__nte_areas') }} as area
left join {{ ref('district') }} as district
    on area.district_code = district.district_code
