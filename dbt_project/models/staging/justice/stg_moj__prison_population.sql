select
    counted_on,
    offence_group as offence_group_label,
    sex as sex_label,
    prisoners,
    prisoners_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'moj__prison_population') }}
