select
    district_code,
    district,
    area,
    sort_order,
    true as is_in_county
from {{ ref('district') }}

union all

select
    'Outside' as district_code,
    'Outside the county' as district,
    'Outside the county' as area,
    90 as sort_order,
    false as is_in_county

union all

select
    'Unknown' as district_code,
    'Unknown' as district,
    'Unknown' as area,
    99 as sort_order,
    false as is_in_county
