select
    financial_year,
    age_group,
    sentence_type,
    cases,
    symbol
from {{ ref('fct_probation_age_sentence_count') }}
