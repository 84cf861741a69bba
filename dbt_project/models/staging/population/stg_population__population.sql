select
    agency,
    mid_year,
    lsoa_code as lsoa_code_2021,
    lsoa_name as lsoa_name_2021,
    district_code,
    population,
    residents_by_age,
    _load_id as load_id
from {{ source('landing', 'population__population') }}
