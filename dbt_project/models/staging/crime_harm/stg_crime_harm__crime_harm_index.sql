select
    agency,
    edition,
    trim(ho_sub_code) as ho_sub_code,
    offence_title,
    score,
    note,
    _load_id as load_id
from {{ source('landing', 'crime_harm__crime_harm_index') }}
