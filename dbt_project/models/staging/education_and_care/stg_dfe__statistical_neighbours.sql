select
    la_number,
    place as neighbour_rank,
    neighbour as neighbour_la_number,
    _load_id as load_id
from {{ source('landing', 'dfe__statistical_neighbours') }}
where neighbour is not null
