select
    agency,
    site_code as hospital_code,
    arrived_at,
    assaulted_at,
    assault_method as assault_method_label,
    location_type as location_type_label,
    district as district_label,
    age,
    sex as sex_label,
    ethnic_category as ethnic_category_label,
    _load_id as load_id,
    _row as row_number_in_delivery
from {{ source('landing', 'health__ed_assaults') }}
