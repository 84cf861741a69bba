select
    'Derby City' as area,
    financial_year,
    age,
    sex as sex_label,
    offenders,
    offenders_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'derby_city_youth_justice__offenders') }}
