select
    rate.source,
    rate.calendar_year,
    area.area_code,
    area.area,
    area.area_level,
    rate.place_kind,
    rate.place,
    rate.ward_code,
    rate.measure,
    rate.percent as percent_of_young_people,
    cast(rate.per_1000 as double) as rate_per_1000,
    rate.symbol
from {{ ref('fct_neet_rate') }} as rate
inner join {{ ref('dim_area') }} as area
    on rate.area_code = area.area_code
where rate.area_code <> 'Elsewhere'
