select
    returned.financial_year,
    coalesce(area.area_code, 'Elsewhere') as area_code,
    returned.area_as_sent,
    returned.area_name,
    returned.category,
    returned.breakdown,
    returned.measure,
    returned.value,
    returned.symbol,
    returned.load_id
from {{ ref('stg_education_and_care__children_in_need') }} as returned
left join {{ ref('dim_area') }} as area
    on returned.area_as_sent in (area.area_code, cast(area.dfe_number as varchar))
