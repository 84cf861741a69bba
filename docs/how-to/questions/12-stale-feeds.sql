-- Which feeds are late, and when was something last received?
select
    agency,
    feed,
    freshness,
    last_period,
    last_received_at,
    overdue_on
from meta.feeds
where freshness in ('due', 'overdue', 'not delivered')
order by overdue_on, agency, feed;
