select
    agency,
    lsoa_code_2011,
    lsoa_name_2011,
    district_code_2019,
    imd_rank,
    imd_decile,
    {% for domain in ['income', 'employment', 'education', 'health', 'crime', 'barriers', 'living_environment'] -%}
        {{ domain }}_rank,
        {{ domain }}_decile,
    {% endfor -%}
    population_2015,
    _load_id as load_id
from {{ source('landing', 'population__imd_2019_domains') }}
