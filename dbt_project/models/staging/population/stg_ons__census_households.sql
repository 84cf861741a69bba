select
    lsoa_code as lsoa_code_2021,
    households,
    _load_id as load_id
from {{ source('landing', 'ons__census_households') }}
