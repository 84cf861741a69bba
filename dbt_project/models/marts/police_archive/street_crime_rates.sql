{%- set per = '12000.0 / span.months' %}
-- The latest twelve months of the area, or as many as were delivered, by all of its forces.
with crime as (
    select
        street.month_start,
        street.district_code,
        street.crime_type
    from {{ ref('fct_street_crime') }} as street
    inner join {{ ref('dim_district') }} as district
        on street.district_code = district.district_code
    where district.is_in_county and {{ is_delivered_by_all('street', 'street.month_start') }}
),

latest as (
    select
        month_start,
        district_code,
        crime_type
    from crime
    where month_start > (select {{ months_from('max(last.month_start)', -12) }} from crime as last)
),

span as (
    select
        min(month_start) as first_month,
        max(month_start) as last_month,
        count(distinct month_start) as months
    from latest
),

missing as (
    select
        'Without '
        || string_agg(
            strftime(incomplete.month_start, '%B %Y') || ', not delivered by ' || incomplete.missing_agencies, '; '
            order by incomplete.month_start
        ) as caveat
    from {{ ref('incomplete_month') }} as incomplete
    inner join span
        on incomplete.month_start >= span.first_month
    where incomplete.feed_type = 'street'
),

estimate as (
    select
        district_code,
        sum(population) as population,
        'Residents at mid-' || mid_year || ' (ONS estimate)' as population_source
    from {{ ref('fct_population') }}
    where
        mid_year = (
            select {{ denominator_year('known.mid_year', 'last_day(span.last_month)') }}
            from {{ ref('fct_population') }} as known
            cross join span
        )
    group by district_code, mid_year
),

adult as (
    select
        lsoa.district_code,
        sum(population.residents_16_plus) as population,
        'Residents aged 16 and over (Census 2021, TS066)' as population_source
    from {{ ref('lsoa_population') }} as population
    inner join {{ ref('dim_lsoa') }} as lsoa
        on population.lsoa_code = lsoa.lsoa_code
    where population.residents_16_plus is not null
    group by lsoa.district_code
),

resident as (
    select * from estimate
    union all
    -- Not all residents, but better than no rate.
    select * from adult
    where not exists (select 1 from estimate)
),

known as (
    select distinct crime_type
    from latest
),

counted as (
    select
        district.district_code,
        district.district,
        known.crime_type,
        count(latest.crime_type) as crimes
    from {{ ref('dim_district') }} as district
    cross join known
    left join latest
        on
            district.district_code = latest.district_code
            and known.crime_type = latest.crime_type
    where district.is_in_county
    group by district.district_code, district.district, known.crime_type
),

rated as (
    select
        coalesce(counted.district_code, 'County') as district_code,
        coalesce(counted.district, {{ area_name() }}) as district,
        counted.district_code is null as is_total,
        counted.crime_type,
        sum(counted.crimes) as crimes,
        -- A whole is known when all its parts are.
        case when count(resident.population) = count(*) then sum(resident.population) end as population,
        min(resident.population_source) as population_source
    from counted
    left join resident
        on counted.district_code = resident.district_code
    group by grouping sets ((counted.district_code, counted.district, counted.crime_type), (counted.crime_type))
)

select
    span.first_month,
    span.last_month,
    span.months,
    rated.district_code,
    rated.district,
    rated.is_total,
    rated.crime_type,
    cast(rated.crimes as bigint) as crimes,
    cast(rated.population as bigint) as population,
    coalesce(rated.population_source, 'None delivered') as population_source,
    round({{ rate_per('rated.crimes', 'rated.population', per) }}, 2) as rate_per_1000,
    round({{ rate_lower('cast(rated.crimes as bigint)', 'rated.population', per) }}, 2) as rate_per_1000_lower_95,
    round({{ rate_upper('cast(rated.crimes as bigint)', 'rated.population', per) }}, 2) as rate_per_1000_upper_95,
    missing.caveat
from rated
cross join span
cross join missing
