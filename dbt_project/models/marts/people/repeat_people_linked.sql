select
    role,
    period,
    period = 'All years' as is_total,
    occurrences,
    nominals,
    people,
    nominals - people as duplicate_nominals,
    repeat_nominals,
    repeat_people,
    repeat_nominal_occurrences,
    repeat_people_occurrences,
    {{ pct('repeat_nominal_occurrences', 'occurrences', 1) }} as repeat_nominal_occurrences_percent,
    {{ pct('repeat_people_occurrences', 'occurrences', 1) }} as repeat_people_occurrences_percent,
    symbol,
    threshold
from {{ ref('fct_linked_people_count') }}
