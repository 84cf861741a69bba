select
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
from {{ source('landing', 'derbyshire_constabulary__linked_people_counts') }}
