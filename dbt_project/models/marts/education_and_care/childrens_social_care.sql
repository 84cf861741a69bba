select
    area,
    financial_year,
    measure,
    category as sex,
    counted as cases,
    symbol
from {{ ref('fct_childrens_social_care_return') }}
where breakdown = 'Sex'
