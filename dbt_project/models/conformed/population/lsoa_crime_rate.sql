-- The three types that the report sets against hardship (T61), and what the open archive has of the kind.
{% set offence_types = [
    'Possession of weapons offences', 'Robbery of personal property', 'Violence with injury',
] -%}
{% set street_types = ['Possession of weapons', 'Robbery', 'Violence and sexual offences'] -%}

with placed as (
    select
        population.lsoa_code,
        population.residents_16_plus
    from {{ ref('lsoa_population') }} as population
    inner join {{ ref('dim_lsoa') }} as lsoa
        on population.lsoa_code = lsoa.lsoa_code
    inner join {{ ref('dim_district') }} as district
        on lsoa.district_code = district.district_code
    where district.is_in_county and population.residents_16_plus > 0
),

offence as (
    select
        'Serious violence' as crime_source,
        offence_type as crime_type,
        lsoa_code,
        recorded_month as month_start
    from {{ ref('fct_offence') }}
    where
        is_serious_violence
        and {{ is_delivered_by_all('crimes', 'recorded_month') }}
        and offence_type in (
            {%- for name in offence_types %}
                '{{ name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    union all
    select
        'police.uk street crime' as crime_source,
        crime_type,
        lsoa_code,
        month_start
    from {{ ref('fct_street_crime') }}
    where
        {{ is_delivered_by_all('street', 'month_start') }}
        and crime_type in (
            {%- for name in street_types %}
                '{{ name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
),

-- Crime of other areas says nothing of these LSOAs, neither how much there is nor for how long it was delivered.
located as (
    select offence.*
    from offence
    inner join placed
        on offence.lsoa_code = placed.lsoa_code
),

known as (
    select
        crime_source,
        crime_type
    from located
    group by crime_source, crime_type
),

years as (
    select
        crime_source,
        count(distinct month_start) / 12.0 as years
    from located
    group by crime_source
),

counted as (
    select
        crime_source,
        crime_type,
        lsoa_code,
        count(*) as offences
    from located
    group by crime_source, crime_type, lsoa_code
)

select
    known.crime_source,
    known.crime_type,
    placed.lsoa_code,
    coalesce(counted.offences, 0) as offences,
    placed.residents_16_plus,
    cast(1000.0 * coalesce(counted.offences, 0) / years.years / placed.residents_16_plus as double) as rate_per_1000
from known
inner join years
    on known.crime_source = years.crime_source
cross join placed
left join counted
    on
        known.crime_source = counted.crime_source
        and known.crime_type = counted.crime_type
        and placed.lsoa_code = counted.lsoa_code
