select
    agency,
    'Department for Education' as source,
    left(academic_year, 4) || '/' || right(academic_year, 2) as academic_year,
    {{ dfe_area() }} as area_as_sent,
    school_type as phase_label,
    exclusion_kind as exclusion_kind_label,
    reason as reason_label,
    counted,
    counted_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__exclusion_reasons') }}
