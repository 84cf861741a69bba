select
    agency,
    replace(financial_year, '-', '/') as financial_year,
    breakdown,
    category as category_as_sent,
    case when breakdown = 'Offence type' then category end as nte_offence_type_label,
    case when breakdown = 'District' then category end as district_label,
    population,
    crimes,
    crimes_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'places__nte_kpi') }}
