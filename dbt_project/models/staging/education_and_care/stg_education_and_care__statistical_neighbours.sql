select
    agency,
    la_number,
    place as neighbour_rank,
    neighbour as neighbour_la_number,
    _load_id as load_id
from {{ source('landing', 'education_and_care__statistical_neighbours') }}
where neighbour is not null
