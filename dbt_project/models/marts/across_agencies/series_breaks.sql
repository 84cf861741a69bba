select
    series_break_id,
    break_kind,
    feed_types,
    series,
    first_date,
    last_date,
    what,
    source,
    is_national
from {{ ref('dim_series_break') }}
