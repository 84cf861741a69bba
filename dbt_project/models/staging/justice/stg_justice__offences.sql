select
    agency,
    {{ authority_of_agency('authority') }} as area,
    replace(financial_year, '-', '/') as financial_year,
    breakdown,
    case breakdown when 'Ethnicity' then 'rate' else 'count' end as unit,
    nullif(offence_group, 'Not grouped') as offence_group_label,
    case when breakdown = 'Offence' then category end as offence_label,
    case when breakdown = 'Ethnicity' then category end as ethnicity_label,
    category as category_as_sent,
    counted,
    counted_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'justice__offences') }}
