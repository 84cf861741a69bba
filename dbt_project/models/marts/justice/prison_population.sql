select
    counted_on,
    offence_group,
    sex,
    prisoners,
    symbol,
    counted_on = max(counted_on) over () as is_latest
from {{ ref('fct_prison_population') }}
