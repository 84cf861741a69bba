select
    offence_type,
    cast(sort_order as integer) as offence_type_order,
    short_label
from {{ ref('offence_type') }}

union all

select
    'Not in the definition' as offence_type,
    99 as offence_type_order,
    'Not in the definition' as short_label
