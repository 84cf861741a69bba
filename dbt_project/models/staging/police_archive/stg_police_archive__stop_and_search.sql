select
    agency,
    search_type,
    searched_at as searched_at_utc,
    latitude,
    longitude,
    gender,
    age_range,
    self_defined_ethnicity,
    officer_defined_ethnicity,
    legislation,
    object_of_search,
    outcome,
    outcome_linked_to_object as is_outcome_linked_to_object,
    removal_of_more_than_outer_clothing as is_more_than_outer_clothing_removed,
    _load_id as load_id,
    _row as row_number_in_delivery
from {{ source('landing', 'police_archive__stop_and_search') }}
