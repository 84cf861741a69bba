-- How many people of 18 to 24 attended an emergency department after an assault in licensed premises, by month?
select
    attendance.month_start,
    sum(attendance.attendances) as attendances
from marts.assault_attendances as attendance
inner join marts.dim_age_group as age
    on attendance.age_group_code = age.age_group_code
where age.search_age_group = '18-24' and attendance.assault_location = 'Licensed premises'
group by attendance.month_start
order by attendance.month_start;
