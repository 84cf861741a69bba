select
    area,
    financial_year,
    category as ethnicity_group,
    cast(counted as double) as rate_per_1000,
    symbol
from {{ ref('fct_youth_justice_return') }}
where breakdown = 'Ethnicity'
