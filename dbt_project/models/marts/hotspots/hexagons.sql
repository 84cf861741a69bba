select
    hexagon_code,
    centre_longitude,
    centre_latitude,
    area_km2,
    boundary_geojson,
    is_edge
from {{ ref('dim_hexagon') }}
