-- A year of which some month was not delivered has neither rate nor change: a month without a crime of the night was
-- delivered all the same, so months are those of all crime.
with financial_year as (
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
    where {{ is_delivered_by_all('crimes', 'recorded_month') }}
    group by financial_year
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
        population.mid_year,
        population.population,
        case when delivered.months = 12 then population.population end as population_of_whole_year,
        coalesce(counted.crimes, 0) as crimes
    from financial_year
    inner join {{ ref('dim_district') }} as district
        on district.is_in_county
    left join delivered
        on financial_year.financial_year = delivered.financial_year
    left join {{ ref('district_population') }} as population
        on
            financial_year.financial_year = population.financial_year
            and district.district_code = population.district_code
    left join counted
        on
            financial_year.financial_year = counted.financial_year
            and district.district_code = counted.district_code
),

changed as (
    select
        this_year.*,
        last_year.crimes as previous_year_crimes,
        change.p_value,
        change.q_value,
        change.verdict,
        change.verdict_caution
    from complete as this_year
    {{ join_year_before('complete', ['district_code'], whole=true) }}
    left join {{ ref('yearly_change') }} as change
        on
            change.series = 'Night-time economy'
            and this_year.district_code = change.district_code
            and this_year.financial_year = change.financial_year
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
    p_value,
    q_value,
    verdict,
    verdict_caution
from changed
