-- At which hours of the week is alcohol involved?
select
    day_of_week,
    day_name,
    committed_hour,
    sum(offences) as offences,
    coalesce(sum(offences) filter (where has_alcohol_qualifier), 0) as alcohol_offences
from marts.recorded_offences
where is_serious_violence
group by day_of_week, day_name, committed_hour
order by day_of_week, committed_hour;
