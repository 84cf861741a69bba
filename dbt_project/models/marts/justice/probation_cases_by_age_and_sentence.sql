select
    financial_year,
    age_group,
    {{ age_range_order('age_group') }} as age_group_order,
    sentence_type,
    cases,
    symbol
from {{ ref('fct_probation_age_sentence_count') }}
