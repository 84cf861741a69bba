-- Which weapons were used or carried in Derby, by year?
select
    weapon,
    financial_year,
    sum(offences) as offences
from marts.recorded_offences
where is_serious_violence and district = 'Derby'
group by weapon, financial_year
order by weapon, financial_year;
