-- How many people aged 18 to 24 attended an emergency department after an assault, by month?
select
    attendance.month_start,
    sum(attendance.attendances) as attendances
from marts.assault_attendances as attendance
inner join marts.dim_age_group as age on attendance.age_group_code = age.age_group_code
where age.age_from >= 18 and age.age_to <= 24
group by attendance.month_start
order by attendance.month_start;
