-- How many offences were recorded in the financial year so far, and in the same months of the year before?
with latest as (
    select max(month_start) as month_start from marts.recorded_offences
)

select
    sum(offence.offences) filter (where calendar.financial_year = now.financial_year) as offences,
    sum(offence.offences) filter (where calendar.financial_year <> now.financial_year) as previous_year_offences
from marts.recorded_offences as offence
inner join marts.dim_date as calendar on offence.month_start = calendar.date_day
cross join latest
inner join marts.dim_date as now on latest.month_start = now.date_day
where
    offence.is_serious_violence
    and calendar.financial_month <= now.financial_month
    and offence.month_start > latest.month_start - interval 24 month;
