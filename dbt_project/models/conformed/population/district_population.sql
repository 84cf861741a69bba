with mid_year_population as (
    select
        mid_year,
        district_code,
        cast(sum(population) as bigint) as population
    from {{ ref('fct_population') }}
    group by mid_year, district_code
),

chosen as (
    select
        year.financial_year,
        estimate.district_code,
        {{ denominator_year('estimate.mid_year', 'year.last_day') }} as mid_year
    from {{ ref('dim_financial_year') }} as year
    cross join mid_year_population as estimate
    group by year.financial_year, estimate.district_code
)

select
    chosen.financial_year,
    chosen.district_code,
    chosen.mid_year,
    mid_year_population.population
from chosen
inner join mid_year_population
    on chosen.district_code = mid_year_population.district_code and chosen.mid_year = mid_year_population.mid_year
