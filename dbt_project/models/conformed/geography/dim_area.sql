select
    area_code,
    area,
    area_level,
    dfe_number,
    sort_order
from {{ ref('area') }}

union all

select
    'Elsewhere' as area_code,
    'Elsewhere in England' as area,
    'Elsewhere' as area_level,
    null as dfe_number,
    90 as sort_order

union all

select
    'Unknown' as area_code,
    'Unknown' as area,
    'Unknown' as area_level,
    null as dfe_number,
    99 as sort_order
