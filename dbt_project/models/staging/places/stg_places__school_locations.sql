select
    agency,
    cast(replace(school, 'school:', '') as integer) as urn,
    cast(split_part(trim(point, '[]'), ',', 1) as double) as latitude,
    cast(split_part(trim(point, '[]'), ',', 2) as double) as longitude,
    _load_id as load_id
from {{ source('landing', 'places__school_locations') }}
