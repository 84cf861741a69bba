select
    agency,
    topic,
    left(area, 9) as lsoa_code_2021,
    households,
    households_in_hardship,
    _load_id as load_id
from {{ source('landing', 'population__census_household_indicators') }}
