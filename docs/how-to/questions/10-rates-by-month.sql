-- How many offences per 1,000 residents were recorded, by district and month?
with residents as (
    select
        district_code,
        population_year,
        sum(population) as population
    from marts.population
    where population_source = 'Mid-year estimate'
    group by district_code, population_year
)

select
    offence.district,
    offence.month_start,
    sum(offence.offences) as offences,
    residents.population,
    round(1000 * sum(offence.offences) / residents.population, 3) as rate_per_1000
from marts.recorded_offences as offence
inner join marts.dim_date as calendar on offence.month_start = calendar.date_day
inner join residents
    on offence.district_code = residents.district_code and calendar.population_year = residents.population_year
where offence.is_serious_violence
group by offence.district, offence.month_start, residents.population
order by offence.district, offence.month_start;
