select
    agency,
    lsoa_code as lsoa_code_2021,
    lsoa_name as lsoa_name_2021,
    geometry as boundary_geojson,
    _load_id as load_id
from {{ source('landing', 'geography__lsoa_boundaries') }}
