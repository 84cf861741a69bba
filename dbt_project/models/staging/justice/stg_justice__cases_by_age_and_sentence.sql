select
    agency,
    financial_year,
    age_group as age_group_label,
    sentence_type as sentence_label,
    cases,
    cases_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'justice__cases_by_age_and_sentence') }}
