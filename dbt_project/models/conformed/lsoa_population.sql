select
    lsoa_code_2011 as lsoa_code,
    population_2015
from {{ ref('stg_mhclg__imd_2019_domains') }}
