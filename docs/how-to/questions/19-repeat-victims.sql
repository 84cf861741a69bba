-- What share of victims were victims more than once within a district and year?
select
    financial_year,
    district,
    individuals,
    repeat_individuals,
    round(100 * repeat_individuals / individuals, 1) as repeat_individuals_percent
from marts.repeat_people_districts
where role = 'victim' and district_code <> 'Unknown'
order by financial_year, district;
