select
    financial_year,
    breakdown,
    category,
    cast(sum(cases) as bigint) as cases,
    min(symbol) as symbol
from {{ ref('fct_probation_case_count') }}
where breakdown <> 'District'
group by financial_year, breakdown, category
