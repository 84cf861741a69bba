select
    agency,
    'Local authorities' as source,
    academic_year,
    {{ authority_of_agency('authority_code') }} as area_as_sent,
    school_type as phase_label,
    exclusion_kind as exclusion_kind_label,
    reason as reason_label,
    counted,
    counted_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__exclusions') }}
