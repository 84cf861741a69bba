select
    referral.agency,
    referral.financial_year,
    coalesce(client.conformed, 'Unknown') as client_group,
    cast(referral.referrals as bigint) as referrals,
    referral.load_id
from {{ ref('stg_fire__referrals') }} as referral
{{ join_label('client', 'referral.client_group_label', 'client_group') }}
