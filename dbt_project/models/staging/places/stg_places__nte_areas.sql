select
    agency,
    {{ of_agency('area_code', 'nte_areas') }} as area_code,
    area_name,
    district_code,
    geometry as boundary_geojson,
    _load_id as load_id
from {{ source('landing', 'places__nte_areas') }}
