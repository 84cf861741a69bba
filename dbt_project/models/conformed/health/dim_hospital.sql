select
    hospital,
    hospital_code,
    is_in_county,
    sort_order
from {{ ref('hospital') }}

union all

select
    'Not conveyed' as hospital,
    cast(null as varchar) as hospital_code,
    cast(null as boolean) as is_in_county,
    90 as sort_order

union all

select
    'Unknown' as hospital,
    cast(null as varchar) as hospital_code,
    cast(null as boolean) as is_in_county,
    99 as sort_order
