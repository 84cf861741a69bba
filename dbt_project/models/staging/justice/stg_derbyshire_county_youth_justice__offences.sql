select
    'Derbyshire County' as area,
    replace(financial_year, '-', '/') as financial_year,
    'Offence' as breakdown,
    'count' as unit,
    offence_group as offence_group_label,
    category as offence_label,
    cast(null as varchar) as ethnicity_label,
    category as category_as_sent,
    counted,
    counted_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'derbyshire_county_youth_justice__offences') }}
