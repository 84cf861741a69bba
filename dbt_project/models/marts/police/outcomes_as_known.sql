select
    financial_year,
    quarter_label,
    offence_type,
    offence_type = 'All offences' as is_total,
    known_month,
    months_since_recording,
    offences,
    closed_offences,
    {{ pct('closed_offences', 'offences', 1) }} as closed_percent,
    {{ share_limits('closed_percent', 'closed_offences', 'offences') }},
    positive_offences,
    {{ pct('positive_offences', 'offences', 1) }} as positive_percent,
    {{ share_limits('positive_percent', 'positive_offences', 'offences') }}
from {{ ref('outcome_triangle') }}
