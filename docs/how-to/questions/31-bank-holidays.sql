-- How much violence did the police, the hospitals and the ambulance service see on each bank holiday of 2023/24?
select
    calendar.bank_holiday,
    sum(day.serious_violence_offences) as offences,
    sum(day.ed_attendances) as attendances,
    sum(day.ambulance_calls) as calls
from marts.violence_by_day as day
inner join marts.dim_date as calendar
    on day.date_day = calendar.date_day
where calendar.is_bank_holiday and calendar.financial_year = '2023/24'
group by calendar.bank_holiday
order by calendar.bank_holiday;
