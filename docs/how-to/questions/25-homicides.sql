-- How many homicides were recorded in each year?
select
    financial_year,
    sum(offences) as offences
from marts.recorded_offences
where is_serious_violence and offence_type = 'Homicide'
group by financial_year
order by financial_year;
