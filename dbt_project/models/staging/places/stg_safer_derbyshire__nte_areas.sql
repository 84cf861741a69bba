select
    area_code,
    area_name,
    district_code,
    geometry as boundary_geojson,
    _load_id as load_id
from {{ source('landing', 'safer_derbyshire__nte_areas') }}
