select
    relationship,
    source_label,
    sort_order,
    relationship <> 'Not recorded' as is_recorded
from {{ ref('relationship') }}
