select
    agency,
    measure,
    kind as kind_label,
    case when sex <> 'All' then sex end as sex_label,
    {{ month_end_of_name('twelve_months_ending') }} as twelve_months_ending,
    incidents,
    incidents_symbol,
    rate_per_1000,
    rate_per_1000_symbol,
    _load_id as load_id
from {{ source('landing', 'justice__safety_in_custody') }}
