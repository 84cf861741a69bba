select
    role,
    period,
    occurrences,
    nominals,
    people,
    repeat_nominals,
    repeat_people,
    repeat_nominal_occurrences,
    repeat_people_occurrences,
    people_symbol as symbol,
    threshold,
    cast(minimum_cell as integer) as minimum_cell,
    load_id
from {{ ref('stg_people__linked_people_counts') }}
