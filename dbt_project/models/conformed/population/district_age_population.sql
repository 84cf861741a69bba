-- The census knows ages; of the mid-year estimates residents of all ages are read.
with aged as (
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
    aged.sex,
    aged.age_from,
    aged.age_to,
    population.mid_year,
    population.population * aged.residents
    / sum(aged.residents) over (partition by population.financial_year, population.district_code) as residents
from {{ ref('district_population') }} as population
inner join aged
    on population.district_code = aged.district_code
