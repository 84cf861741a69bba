select
    reference_date,
    {{ financial_year('reference_date') }} as financial_year,
    cohort,
    breakdown,
    category,
    cast(nominals as bigint) as nominals,
    nominals_symbol,
    cast(share_percent as bigint) as share_percent,
    share_percent_symbol,
    cast(suspects as bigint) as suspected_people,
    suspects_symbol as suspected_people_symbol,
    minimum_cell,
    load_id
from {{ ref('stg_knife_carriers__knife_carrier_counts') }}
