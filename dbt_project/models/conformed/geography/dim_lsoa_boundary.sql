-- Apart from dim_lsoa, so that facts do not hang on shapes.
select
    boundary.lsoa_code_2021 as lsoa_code,
    boundary.lsoa_name_2021 as lsoa_name,
    boundary.boundary_geojson
from {{ ref('stg_geography__lsoa_boundaries') }} as boundary
inner join {{ ref('dim_lsoa') }} as lsoa
    on boundary.lsoa_code_2021 = lsoa.lsoa_code
inner join {{ ref('district') }} as district
    on lsoa.district_code = district.district_code
-- A file of a nation and one of a district may both have it; the more detailed boundary is taken.
qualify row_number() over (
    partition by boundary.lsoa_code_2021 order by length(boundary.boundary_geojson) desc, boundary.load_id
) = 1
