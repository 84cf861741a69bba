-- The mid-year estimates by single year of age where they were delivered; else their residents, with the census's ages.
with single as (
    select
        mid_year,
        district_code,
        sex,
        age,
        sum(population) as residents
    from {{ ref('fct_population_age') }}
    group by mid_year, district_code, sex, age
),

single_year as (
    select distinct
        mid_year,
        district_code
    from single
),

aged as (
    select
        district_code,
        sex,
        age_from,
        age_to,
        sum(counted) as residents
    from {{ ref('fct_census_count') }}
    where
        measure = 'Residents'
        and sex in ('Female', 'Male')
        and district_code is not null
        and census_year = (select max(latest.census_year) from {{ ref('fct_census_count') }} as latest)
    group by district_code, sex, age_from, age_to
)

select
    population.financial_year,
    population.district_code,
    single.sex,
    single.age as age_from,
    case when single.age < 90 then single.age end as age_to,
    population.mid_year,
    cast(single.residents as double) as residents
from {{ ref('district_population') }} as population
inner join single
    on population.district_code = single.district_code and population.mid_year = single.mid_year

union all

select
    population.financial_year,
    population.district_code,
    aged.sex,
    aged.age_from,
    aged.age_to,
    population.mid_year,
    population.population * aged.residents
    / sum(aged.residents) over (partition by population.financial_year, population.district_code) as residents
from {{ ref('district_population') }} as population
inner join aged
    on population.district_code = aged.district_code
left join single_year
    on population.district_code = single_year.district_code and population.mid_year = single_year.mid_year
where single_year.mid_year is null
