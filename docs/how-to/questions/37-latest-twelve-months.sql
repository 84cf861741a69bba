-- Did serious violence change in the latest twelve months, by district, and may it be said?
select
    area,
    first_month,
    last_month,
    previous_year_events,
    events,
    events_lower_95,
    events_upper_95,
    change_events_percent,
    verdict,
    verdict_caution
from marts.latest_trends
where series = 'Serious violence'
order by is_total, area;
