-- In which months of the year is there most serious violence, per day?
with days as (
    select
        month_start,
        month_number,
        financial_month,
        count(*) as days
    from marts.dim_date
    group by month_start, month_number, financial_month
),

monthly as (
    select
        month_start,
        sum(offences) as offences
    from marts.recorded_offences
    where is_serious_violence and financial_year between '2019/20' and '2023/24'
    group by month_start
)

select
    days.month_number,
    sum(monthly.offences) as offences,
    round(sum(monthly.offences) / sum(days.days), 2) as offences_per_day
from monthly
inner join days on monthly.month_start = days.month_start
group by days.month_number, days.financial_month
order by days.financial_month;
