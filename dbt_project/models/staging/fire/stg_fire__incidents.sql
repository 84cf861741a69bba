select
    agency,
    {{ of_agency('incident_number', 'incidents') }} as incident_number,
    called_at,
    incident_type as incident_type_label,
    district as district_label,
    attack_on_firefighters as has_attack_on_firefighters,
    _load_id as load_id
from {{ source('landing', 'fire__incidents') }}
