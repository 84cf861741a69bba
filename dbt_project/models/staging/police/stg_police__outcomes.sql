select
    agency,
    {{ of_agency('crime_reference', 'crimes') }} as crime_reference,
    outcome_sequence,
    outcome_code,
    outcome_title,
    outcome_date,
    decision_maker,
    _load_id as load_id
from {{ source('landing', 'police__outcomes') }}
