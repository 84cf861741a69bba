select
    financial_year,
    breakdown,
    category,
    cases,
    symbol
from {{ ref('fct_probation_case_count') }}
where breakdown <> 'District'
