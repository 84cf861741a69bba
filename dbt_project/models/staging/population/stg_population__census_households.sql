select
    agency,
    lsoa_code as lsoa_code_2021,
    households,
    _load_id as load_id
from {{ source('landing', 'population__census_households') }}
