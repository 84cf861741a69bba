select
    agency,
    lsoa_code_2011,
    lsoa_name_2011,
    district_code_2019,
    district_name_2019,
    imd_rank,
    imd_decile,
    _load_id as load_id
from {{ source('landing', 'population__imd_2019') }}
