select
    agency,
    reference_date,
    cohort,
    breakdown,
    category,
    nominals,
    nominals_symbol,
    share_percent,
    share_percent_symbol,
    suspects,
    suspects_symbol,
    minimum_cell,
    _load_id as load_id
from {{ source('landing', 'knife_carriers__knife_carrier_counts') }}
