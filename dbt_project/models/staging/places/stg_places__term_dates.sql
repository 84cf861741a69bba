select
    agency,
    la_code,
    kind,
    stretch,
    first_day,
    last_day,
    _load_id as load_id
from {{ source('landing', 'places__term_dates') }}
