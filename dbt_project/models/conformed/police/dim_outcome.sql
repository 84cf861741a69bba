select
    outcome_key,
    outcome_code,
    decision_maker,
    outcome_title,
    outcome_group,
    sna_group,
    is_positive,
    sna_label,
    sort_order
from {{ ref('outcome_code') }}
