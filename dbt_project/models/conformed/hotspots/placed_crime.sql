{{ config(materialized='view') }}

-- The force's own crimes. Where none were delivered, those of the open archive in the area, whose points are snapped to
-- a map's and whose types are coarse: a definition of their own, so that nobody reads one for the other.
select
    crime_reference as placed_crime_id,
    recorded_month,
    ward_code,
    lsoa_code,
    easting,
    northing,
    is_serious_violence,
    is_hotspot_violence,
    false as is_street_violence
from {{ ref('fct_offence') }}

union all

select * from {{ ref('placed_street_crime') }}
