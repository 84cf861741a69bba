select
    agency,
    {{ authority_of_agency('authority') }} as area,
    replace(financial_year, '-', '/') as financial_year,
    case breakdown when 'Gender' then 'Sex' else breakdown end as breakdown,
    measure as measure_label,
    case when breakdown = 'Gender' then category end as sex_label,
    case when breakdown = 'Referral outcome' then category end as outcome_label,
    case when breakdown = 'Plan' then category end as plan_label,
    category as category_as_sent,
    counted,
    cast(100 * share as decimal(9, 4)) as percent,
    coalesce(counted_symbol, share_symbol) as symbol,
    _load_id as load_id
from {{ source('landing', 'education_and_care__activity') }}
