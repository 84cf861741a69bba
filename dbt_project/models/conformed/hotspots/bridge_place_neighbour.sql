select
    'LSOA' as place_kind,
    lsoa_code as place_code,
    neighbour_code
from {{ ref('bridge_lsoa_neighbour') }}

union all

select
    'Hexagon' as place_kind,
    hexagon_code as place_code,
    neighbour_code
from {{ ref('bridge_hexagon_neighbour') }}
