select
    agency,
    {{ of_agency('search_reference', 'stop_searches') }} as search_reference,
    searched_at,
    search_type,
    legislation as legislation_label,
    search_reason as search_reason_label,
    item_found as item_found_label,
    outcome as outcome_label,
    age,
    sex as sex_label,
    self_defined_ethnicity as ethnicity_label,
    district as district_label,
    _load_id as load_id
from {{ source('landing', 'police__stop_searches') }}
