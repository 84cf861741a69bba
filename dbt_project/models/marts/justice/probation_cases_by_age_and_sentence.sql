select
    financial_year,
    age_group,
    {{ age_range_order('age_group') }} as age_group_order,
    sentence_type,
    cast(sum(cases) as bigint) as cases,
    min(symbol) as symbol
from {{ ref('fct_probation_age_sentence_count') }}
group by financial_year, age_group, sentence_type
