select
    'Derbyshire County' as area,
    financial_year,
    age,
    sex as sex_label,
    offenders,
    offenders_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'derbyshire_county_youth_justice__offenders') }}
