select
    agency,
    -- A reporting year ends on 31 March of the year that names it.
    cast(cast(time_period as integer) - 1 as varchar) || '/' || right(time_period, 2) as financial_year,
    {{ dfe_area() }} as area_as_sent,
    coalesce(la_name, region_name, 'England') as area_name,
    category,
    coalesce(breakdown, 'All') as breakdown,
    measure,
    value,
    value_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__children_in_need') }}
