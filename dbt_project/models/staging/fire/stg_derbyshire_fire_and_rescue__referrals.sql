select
    financial_year,
    client_group as client_group_label,
    referrals,
    _load_id as load_id
from {{ source('landing', 'derbyshire_fire_and_rescue__referrals') }}
