-- How many offences were recorded in the twelve months to each month, by district?
with monthly as (
    select
        district_code,
        district,
        month_start,
        sum(offences) as offences
    from marts.offences_monthly
    group by district_code, district, month_start
)

select
    district,
    month_start,
    sum(offences) over twelve_months as offences_in_12_months
from monthly
window
    twelve_months as (
        partition by district_code order by month_start rows between 11 preceding and current row
    )
qualify count(*) over twelve_months = 12
order by district, month_start;
