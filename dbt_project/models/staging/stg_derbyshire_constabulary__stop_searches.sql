select
    search_reference,
    searched_at,
    search_type,
    legislation,
    search_reason as search_reason_label,
    item_found,
    outcome,
    age,
    sex as sex_label,
    self_defined_ethnicity as ethnicity_code,
    district as district_label,
    _load_id as load_id
from {{ source('landing', 'derbyshire_constabulary__stop_searches') }}
