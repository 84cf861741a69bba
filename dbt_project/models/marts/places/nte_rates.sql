{#-
    A rate of a year with the population of its mid-year, or of the nearest one delivered, the earlier of two. A year of which
    some month was not delivered has neither rate nor change: a month without a crime of the night was delivered all the same,
    so months are those of all crime.
-#}
with district_population as (
    select
        district_code,
        mid_year,
        cast(sum(population) as bigint) as population
    from {{ ref('fct_population') }}
    group by district_code, mid_year
),

financial_year as (
    select
        financial_year,
        start_year
    from {{ ref('dim_financial_year') }}
    where financial_year in (select crime.financial_year from {{ ref('fct_nte_crime') }} as crime)
),

delivered as (
    select
        financial_year,
        count(distinct recorded_month) as months
    from {{ ref('fct_offence') }}
    group by financial_year
),

delivered_mid_year as (
    select distinct mid_year from district_population
),

mid_year as (
    select
        financial_year.financial_year,
        arg_min(
            delivered_mid_year.mid_year,
            2 * abs(delivered_mid_year.mid_year - financial_year.start_year)
            + case when delivered_mid_year.mid_year > financial_year.start_year then 1 else 0 end
        ) as mid_year
    from financial_year
    cross join delivered_mid_year
    group by financial_year.financial_year
),

counted as (
    select
        financial_year,
        district_code,
        count(*) as crimes
    from {{ ref('fct_nte_crime') }}
    group by financial_year, district_code
),

complete as (
    select
        financial_year.financial_year,
        financial_year.start_year,
        coalesce(delivered.months, 0) as months,
        district.district_code,
        district.district,
        district.area,
        mid_year.mid_year,
        district_population.population,
        case when delivered.months = 12 then district_population.population end as population_of_whole_year,
        coalesce(counted.crimes, 0) as crimes
    from financial_year
    inner join {{ ref('dim_district') }} as district
        on district.is_in_county
    left join delivered
        on financial_year.financial_year = delivered.financial_year
    left join mid_year
        on financial_year.financial_year = mid_year.financial_year
    left join district_population
        on
            district.district_code = district_population.district_code
            and mid_year.mid_year = district_population.mid_year
    left join counted
        on
            financial_year.financial_year = counted.financial_year
            and district.district_code = counted.district_code
),

changed as (
    select
        this_year.*,
        last_year.crimes as previous_year_crimes
    from complete as this_year
    left join complete as last_year
        on
            this_year.district_code = last_year.district_code
            and this_year.start_year - 1 = last_year.start_year
            and this_year.months = 12
            and last_year.months = 12
)

select
    financial_year,
    district_code,
    district,
    area,
    months,
    crimes,
    cast(mid_year as smallint) as population_mid_year,
    population,
    round({{ rate_per('crimes', 'population_of_whole_year') }}, 2) as rate_per_1000,
    {{ rate_limits('rate_per_1000', 'crimes', 'population_of_whole_year') }},
    previous_year_crimes,
    crimes - previous_year_crimes as change_crimes,
    {{ change_verdict('previous_year_crimes', 'crimes') }} as verdict
from changed
