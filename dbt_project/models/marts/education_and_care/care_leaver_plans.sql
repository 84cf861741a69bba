select
    area,
    financial_year,
    category as plan,
    percent as percent_of_care_leavers,
    symbol
from {{ ref('fct_childrens_social_care_return') }}
where breakdown = 'Plan'
