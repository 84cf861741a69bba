select
    agency,
    ward_code as ward_code_2025,
    ward_name as ward_name_2025,
    district_code as district_code_2025,
    district_name as district_name_2025,
    longitude,
    latitude,
    geometry as boundary_geojson,
    _load_id as load_id
from {{ source('landing', 'geography__ward_boundaries') }}
