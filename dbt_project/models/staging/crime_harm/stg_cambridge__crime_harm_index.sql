select
    edition,
    trim(ho_sub_code) as ho_sub_code,
    offence_title,
    score,
    note,
    _load_id as load_id
from {{ source('landing', 'cambridge__crime_harm_index') }}
