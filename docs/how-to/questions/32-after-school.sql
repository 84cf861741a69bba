-- At what hours of the afternoon does serious violence happen on school days of 2023/24?
select
    day.hour_of_day,
    sum(day.serious_violence_offences) as offences
from marts.violence_by_day as day
inner join marts.dim_date as calendar
    on day.date_day = calendar.date_day
where
    calendar.is_school_day
    and calendar.financial_year = '2023/24'
    and day.hour_of_day between 14 and 18
    and day.serious_violence_offences > 0
group by day.hour_of_day
order by day.hour_of_day;
