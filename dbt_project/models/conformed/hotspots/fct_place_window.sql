-- Every place in every window that is analysed, with 0 where nothing happened; none where offences have no such places.
with place as (
    select
        'LSOA' as place_kind,
        lsoa.lsoa_code as place_code
    from {{ ref('dim_lsoa') }} as lsoa
    inner join {{ ref('dim_district') }} as district
        on lsoa.district_code = district.district_code
    where district.is_in_county and lsoa.vintage in ('2021', '2011 and 2021')

    union all

    select
        'Hexagon' as place_kind,
        hexagon_code as place_code
    from {{ ref('dim_hexagon') }}
),

definition (definition) as (
    {{ hotspot_definition_rows() }}
),

-- Where no estimate of all residents was delivered, those whom the census counted.
resident as (
    select
        lsoa_code,
        mid_year,
        population
    from {{ ref('fct_population') }}

    union all

    select
        lsoa_code,
        null as mid_year,
        residents_16_plus as population
    from {{ ref('lsoa_population') }}
    where not exists (select 1 from {{ ref('fct_population') }})
),

counted as (
    select
        place_month.definition,
        place_month.place_kind,
        place_month.place_code,
        hotspot_window.last_month,
        sum(place_month.offences) as offences
    from {{ ref('fct_place_month') }} as place_month
    inner join {{ ref('dim_hotspot_window') }} as hotspot_window
        on
            place_month.recorded_month between hotspot_window.first_month and hotspot_window.last_month
            and hotspot_window.is_analysed
    group by all
)

select
    definition.definition,
    place.place_kind,
    place.place_code,
    hotspot_window.last_month,
    cast(coalesce(counted.offences, 0) as bigint) as offences,
    resident.population
from {{ ref('dim_hotspot_window') }} as hotspot_window
cross join definition
inner join {{ ref('placed_window') }} as placed_window
    on hotspot_window.last_month = placed_window.last_month
inner join place
    on placed_window.place_kind = place.place_kind
left join counted
    on
        definition.definition = counted.definition
        and place.place_kind = counted.place_kind
        and place.place_code = counted.place_code
        and hotspot_window.last_month = counted.last_month
left join resident
    on
        place.place_kind = 'LSOA'
        and place.place_code = resident.lsoa_code
        and hotspot_window.population_year is not distinct from resident.mid_year
where hotspot_window.is_analysed
