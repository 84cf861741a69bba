select
    weapon,
    sort_order,
    weapon <> 'Not recorded' as is_recorded
from {{ ref('weapon') }}
