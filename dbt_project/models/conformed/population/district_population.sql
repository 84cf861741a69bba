with mid_year_population as (
    select
        mid_year,
        district_code,
        cast(sum(population) as bigint) as population
    from {{ ref('fct_population') }}
    group by mid_year, district_code
),

candidate as (
    select
        dim_financial_year.financial_year,
        mid_year_population.district_code,
        mid_year_population.mid_year,
        mid_year_population.population,
        row_number() over (
            partition by dim_financial_year.financial_year, mid_year_population.district_code
            order by
                -- The mid-year within the year, else the last one before it, else the first one after it.
                case when mid_year_population.mid_year <= dim_financial_year.start_year then 0 else 1 end,
                abs(mid_year_population.mid_year - dim_financial_year.start_year)
        ) as preference
    from {{ ref('dim_financial_year') }} as dim_financial_year
    cross join mid_year_population
)

select
    financial_year,
    district_code,
    mid_year,
    population
from candidate
where preference = 1
