-- A year of which some month was not delivered can be shown, and compared with nothing.
with year as (
    select
        offence.financial_year,
        financial_year.start_year,
        count(
            distinct
            case when {{ is_delivered_by_all('crimes', 'offence.recorded_month') }} then offence.recorded_month end
        ) as months
    from {{ ref('fct_offence') }} as offence
    inner join {{ ref('dim_financial_year') }} as financial_year
        on offence.financial_year = financial_year.financial_year
    group by offence.financial_year, financial_year.start_year
),

place as (
    select
        district_code,
        district,
        false as is_total
    from {{ ref('dim_district') }}
    where
        is_in_county
        or district_code = 'Unknown'
        -- Beyond the boundary, where the force delivers any.
        or district_code in (select offence.district_code from {{ ref('fct_offence') }} as offence)

    union all

    select
        'All' as district_code,
        'All districts' as district,
        true as is_total
),

counted as (
    select
        counted.definition_id,
        counted.financial_year,
        coalesce(offence.district_code, 'All') as district_code,
        count(*) as offences
    from {{ ref('bridge_offence_definition') }} as counted
    inner join {{ ref('fct_offence') }} as offence
        on counted.crime_reference = offence.crime_reference
    where counted.is_counted
    group by grouping sets (
        (counted.definition_id, counted.financial_year, offence.district_code),
        (counted.definition_id, counted.financial_year)
    )
),

county as (
    select count(*) as districts
    from {{ ref('dim_district') }}
    where is_in_county
),

-- Of all districts together only where those of each are known.
population as (
    select
        residents.financial_year,
        coalesce(residents.district_code, 'All') as district_code,
        max(residents.mid_year) as mid_year,
        cast(sum(residents.population) as bigint) as population
    from {{ ref('district_population') }} as residents
    inner join {{ ref('dim_district') }} as district
        on residents.district_code = district.district_code
    cross join county
    where district.is_in_county
    group by grouping sets ((residents.financial_year, residents.district_code), (residents.financial_year))
    having residents.district_code is not null or count(*) = max(county.districts)
),

summed as (
    select
        definition.definition_id,
        definition.definition_name,
        definition.is_in_force,
        year.financial_year,
        year.start_year,
        year.months,
        place.district_code,
        place.district,
        place.is_total,
        coalesce(counted.offences, 0) as offences,
        cast(population.mid_year as smallint) as population_mid_year,
        population.population,
        case when year.months = 12 then population.population end as population_of_whole_year
    from {{ ref('dim_definition') }} as definition
    cross join year
    cross join place
    left join counted
        on
            definition.definition_id = counted.definition_id
            and year.financial_year = counted.financial_year
            and place.district_code = counted.district_code
    left join population
        on year.financial_year = population.financial_year and place.district_code = population.district_code
),

compared as (
    select
        this_year.*,
        last_year.offences as previous_year_offences,
        change.p_value,
        change.q_value,
        change.verdict,
        change.verdict_caution
    from summed as this_year
    {{ join_year_before('summed', ['definition_id', 'district_code'], whole=true) }}
    left join {{ ref('yearly_change') }} as change
        on
            change.series = case
                when this_year.definition_id = '{{ var("definition_id") }}' then 'Serious violence'
                else {{ definition_series('this_year.definition_id') }}
            end
            and this_year.district_code = coalesce(change.district_code, 'All')
            and this_year.financial_year = change.financial_year
)

select
    definition_id,
    definition_name,
    is_in_force,
    financial_year,
    months,
    district_code,
    district,
    is_total,
    offences,
    round({{ poisson_lower('offences') }}, 1) as offences_lower_95,
    round({{ poisson_upper('offences') }}, 1) as offences_upper_95,
    population_mid_year,
    population,
    round({{ rate_per('offences', 'population_of_whole_year') }}, 2) as rate_per_1000,
    round({{ rate_lower('offences', 'population_of_whole_year') }}, 2) as rate_per_1000_lower_95,
    round({{ rate_upper('offences', 'population_of_whole_year') }}, 2) as rate_per_1000_upper_95,
    previous_year_offences,
    offences - previous_year_offences as change_offences,
    p_value,
    q_value,
    verdict,
    verdict_caution
from compared
