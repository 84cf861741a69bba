select
    agency,
    urn,
    academic_year,
    la_code,
    laestab,
    cast(right(laestab, 4) as smallint) as establishment_number,
    school_name,
    _load_id as load_id
from {{ source('landing', 'places__schools') }}
