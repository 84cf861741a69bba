select
    agency,
    counted_on,
    offence_group as offence_group_label,
    sex as sex_label,
    prisoners,
    prisoners_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'justice__prison_population') }}
