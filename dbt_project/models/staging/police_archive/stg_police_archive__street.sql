select
    agency,
    crime_id,
    reported_by,
    falls_within,
    longitude,
    latitude,
    location as location_name,
    lsoa_code,
    lsoa_name,
    crime_type,
    last_outcome_category,
    month as recorded_month,
    _load_id as load_id,
    _row as row_number_in_delivery
from {{ source('landing', 'police_archive__street') }}
