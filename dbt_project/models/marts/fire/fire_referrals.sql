select
    financial_year,
    client_group,
    cast(sum(referrals) as bigint) as referrals
from {{ ref('fct_fire_referral') }}
group by all
