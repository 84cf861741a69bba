-- On which days and at what hours does serious violence happen in Arboretum?
select
    day_of_week,
    day_name,
    committed_hour,
    sum(offences) as offences
from marts.recorded_offences
where is_serious_violence and ward_name = 'Arboretum'
group by day_of_week, day_name, committed_hour
order by day_of_week, committed_hour;
