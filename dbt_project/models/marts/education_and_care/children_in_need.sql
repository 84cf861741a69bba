select
    returned.financial_year,
    area.area_code,
    area.area,
    area.area_level,
    returned.category,
    returned.breakdown,
    returned.measure,
    cast(returned.value as double) as value,
    returned.symbol
from {{ ref('fct_children_in_need') }} as returned
inner join {{ ref('dim_area') }} as area
    on returned.area_code = area.area_code
where returned.area_code <> 'Elsewhere'
