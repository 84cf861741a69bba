select
    agency,
    left(area, 9) as lsoa_code_2021,
    residents as residents_16_plus,
    _load_id as load_id
from {{ source('landing', 'population__census_residents_16_plus') }}
