select
    returned.measure,
    returned.years,
    returned.start_year,
    returned.end_year,
    returned.years_note,
    coalesce(area.area_code, 'Elsewhere') as area_code,
    returned.la_number,
    returned.area_name,
    returned.value,
    returned.symbol,
    returned.load_id
from {{ ref('stg_education_and_care__lait') }} as returned
left join {{ ref('dim_area') }} as area
    on returned.la_number = area.dfe_number
