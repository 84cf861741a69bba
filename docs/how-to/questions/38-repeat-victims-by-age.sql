-- How old are people who are victims more than once in a year?
select
    repeated.financial_year,
    age.age_band,
    sum(repeated.individuals) as individuals,
    sum(repeated.repeat_individuals) as repeat_individuals,
    round(100 * sum(repeated.repeat_individuals) / sum(repeated.individuals), 1) as repeat_individuals_percent
from marts.repeat_people_ages as repeated
inner join marts.dim_age_group as age on repeated.age_group_code = age.age_group_code
where repeated.role = 'victim'
group by repeated.financial_year, age.age_band, age.age_band_order
order by repeated.financial_year, age.age_band_order;
