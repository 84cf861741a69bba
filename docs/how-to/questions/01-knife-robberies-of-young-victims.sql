-- How many knife-enabled robberies of people under 25 were recorded in Derby in 2023/24, by month?
select
    offence.month_start,
    sum(offence.offences) as offences
from marts.recorded_offences as offence
inner join marts.dim_age_group as age on offence.age_group_code = age.age_group_code
where
    offence.is_serious_violence
    and offence.is_knife_crime
    and offence.offence_type like 'Robbery%'
    and offence.district = 'Derby'
    and offence.financial_year = '2023/24'
    and age.is_under_25
group by offence.month_start
order by offence.month_start;
