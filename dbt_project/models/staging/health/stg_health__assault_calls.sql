select
    agency,
    called_at,
    response as response_label,
    sex as sex_label,
    age,
    ward_code,
    district as district_label,
    hospital as hospital_label,
    _load_id as load_id,
    _row as row_number_in_delivery
from {{ source('landing', 'health__assault_calls') }}
