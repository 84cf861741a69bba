select
    'Derby City' as area,
    replace(financial_year, '-', '/') as financial_year,
    'Sex' as breakdown,
    measure as measure_label,
    gender as sex_label,
    cast(null as varchar) as outcome_label,
    cast(null as varchar) as plan_label,
    gender as category_as_sent,
    counted,
    cast(null as decimal(9, 4)) as percent,
    counted_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'derby_city_childrens_social_care__activity') }}
