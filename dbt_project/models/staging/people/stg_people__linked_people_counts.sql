select
    agency,
    role,
    period,
    occurrences,
    nominals,
    people,
    people_symbol,
    repeat_nominals,
    repeat_people,
    repeat_nominal_occurrences,
    repeat_people_occurrences,
    threshold,
    minimum_cell,
    _load_id as load_id
from {{ source('landing', 'people__linked_people_counts') }}
