select
    agency,
    crime_reference,
    outcome_sequence,
    outcome_code,
    outcome_title,
    outcome_date,
    decision_maker,
    _load_id as load_id
from {{ source('landing', 'police__outcomes') }}
