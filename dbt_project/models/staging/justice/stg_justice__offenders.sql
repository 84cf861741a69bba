select
    agency,
    {{ authority_of_agency('authority') }} as area,
    financial_year,
    age,
    sex as sex_label,
    offenders,
    offenders_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'justice__offenders') }}
