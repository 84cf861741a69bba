select
    agency,
    {{ of_agency('crime_reference', 'crimes') }} as crime_reference,
    outcome_sequence,
    outcome_code,
    outcome_date,
    decision_maker,
    _load_id as load_id,
    _row as row_number_in_delivery
from {{ landed_versions('police__outcomes') }}
