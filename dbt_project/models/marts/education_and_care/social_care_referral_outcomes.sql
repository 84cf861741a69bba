select
    area,
    financial_year,
    category as outcome,
    category_as_sent as outcome_as_sent,
    counted as referrals,
    symbol
from {{ ref('fct_childrens_social_care_return') }}
where breakdown = 'Referral outcome'
