select
    agency,
    financial_year,
    client_group as client_group_label,
    referrals,
    _load_id as load_id
from {{ source('landing', 'fire__referrals') }}
