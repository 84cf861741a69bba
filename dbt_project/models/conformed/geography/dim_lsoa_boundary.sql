-- Apart from dim_lsoa, so that facts do not hang on shapes.
select
    lsoa_code_2021 as lsoa_code,
    lsoa_name_2021 as lsoa_name,
    boundary_geojson
from {{ ref('stg_ons__lsoa_boundaries') }}
