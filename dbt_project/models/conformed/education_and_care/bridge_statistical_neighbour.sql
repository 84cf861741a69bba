select
    area.area_code,
    neighbour.neighbour_rank,
    neighbour.neighbour_la_number,
    neighbour.load_id
from {{ ref('stg_education_and_care__statistical_neighbours') }} as neighbour
inner join {{ ref('dim_area') }} as area
    on neighbour.la_number = area.dfe_number
