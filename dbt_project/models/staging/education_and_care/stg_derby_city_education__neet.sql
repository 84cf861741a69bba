select
    'Local authorities' as source,
    calendar_year,
    place_kind,
    place as place_as_sent,
    cast(null as varchar) as locality_label,
    'E06000015' as area_as_sent,
    'NEET' as measure_label,
    cast(100 * share as decimal(9, 3)) as percent,
    cast(null as decimal(9, 3)) as per_1000,
    share_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'derby_city_education__neet') }}
