select
    agency,
    'Department for Education' as source,
    calendar_year,
    'Area' as place_kind,
    coalesce(la_name, region_name, 'England') as place_as_sent,
    cast(null as varchar) as locality_label,
    {{ dfe_area() }} as area_as_sent,
    measure as measure_label,
    percent,
    cast(null as decimal(9, 3)) as per_1000,
    percent_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__neet_scorecard') }}
