select
    agency,
    'Local authorities' as source,
    calendar_year,
    place_kind,
    place as place_as_sent,
    case when place_kind = 'Locality' then place end as locality_label,
    {{ authority_of_agency('authority_code') }} as area_as_sent,
    'NEET' as measure_label,
    cast(100 * share as decimal(9, 3)) as percent,
    per_1000,
    coalesce(share_symbol, per_1000_symbol) as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__neet') }}
