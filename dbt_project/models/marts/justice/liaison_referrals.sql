select
    month_start,
    financial_year,
    life_stage,
    sex,
    offence_group,
    is_violence_or_possession,
    has_previous_contact,
    count(*) as referrals
from {{ ref('fct_liaison_referral') }}
group by all
