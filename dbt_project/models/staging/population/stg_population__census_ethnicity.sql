select
    agency,
    authority_code,
    ethnic_group as ethnic_group_label,
    residents,
    _load_id as load_id
from {{ source('landing', 'population__census_ethnicity') }}
