select
    assault_method,
    primary_means,
    sort_order
from {{ ref('assault_method') }}

union all

select
    'Unknown' as assault_method,
    'Unknown' as primary_means,
    99 as sort_order
