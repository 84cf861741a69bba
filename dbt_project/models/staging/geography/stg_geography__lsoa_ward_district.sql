select
    agency,
    lsoa_code as lsoa_code_2021,
    lsoa_name as lsoa_name_2021,
    ward_code as ward_code_2024,
    ward_name as ward_name_2024,
    district_code as district_code_2024,
    district_name as district_name_2024,
    _load_id as load_id
from {{ source('landing', 'geography__lsoa_ward_district') }}
