-- Wards beside the small places, and which of all are hot by each rule.
with definition (definition) as (
    {{ hotspot_definition_rows() }}
),

ward as (
    select
        definition.definition,
        ward.ward_code,
        hotspot_window.first_month,
        hotspot_window.last_month
    from {{ ref('dim_hotspot_window') }} as hotspot_window
    inner join {{ ref('placed_window') }} as placed_window
        on hotspot_window.last_month = placed_window.last_month and placed_window.place_kind = 'Ward'
    cross join definition
    cross join {{ ref('dim_ward') }} as ward
    where
        hotspot_window.is_analysed
        and ward.district_code in (select district.district_code from {{ ref('district') }} as district)
),

lsoa as (
    select
        centre.lsoa_code,
        lsoa.ward_code,
        centre.area_km2
    from {{ ref('lsoa_centre') }} as centre
    inner join {{ ref('dim_lsoa') }} as lsoa
        on centre.lsoa_code = lsoa.lsoa_code
),

area as (
    select
        'LSOA' as place_kind,
        lsoa_code as place_code,
        area_km2
    from lsoa

    union all

    -- The best fit of LSOAs to wards, as for residents.
    select
        'Ward' as place_kind,
        ward_code as place_code,
        {{ ordered_sum('area_km2') }} as area_km2
    from lsoa
    group by ward_code

    union all

    select
        'Hexagon' as place_kind,
        hexagon_code as place_code,
        area_km2
    from {{ ref('dim_hexagon') }}
),

designated as (
    {{ hotspot_wards_in_force() }}
),

place_window as (
    select
        place_window.definition,
        place_window.place_kind,
        place_window.place_code,
        place_window.last_month,
        place_window.offences,
        coalesce(clustering.q_value <= 0.05 and clustering.z_score > 0, false) as is_cluster,
        false as is_designated
    from {{ ref('fct_place_window') }} as place_window
    inner join {{ ref('place_clustering') }} as clustering
        on
            place_window.definition = clustering.definition
            and place_window.place_kind = clustering.place_kind
            and place_window.place_code = clustering.place_code
            and place_window.last_month = clustering.last_month

    union all

    select
        ward.definition,
        'Ward' as place_kind,
        ward.ward_code as place_code,
        ward.last_month,
        cast(coalesce(sum(place_month.offences), 0) as bigint) as offences,
        false as is_cluster,
        ward.ward_code in (
            select designated.ward_code
            from designated
            where designated.last_month = ward.last_month and designated.ward_type = 'Hotspot'
        ) as is_designated
    from ward
    left join {{ ref('fct_place_month') }} as place_month
        on
            ward.definition = place_month.definition
            and ward.ward_code = place_month.place_code
            and place_month.place_kind = 'Ward'
            and place_month.recorded_month between ward.first_month and ward.last_month
    group by ward.definition, ward.ward_code, ward.last_month
)

select
    place_window.definition,
    place_window.place_kind,
    place_window.place_code,
    place_window.last_month,
    place_window.offences,
    area.area_km2,
    {{ is_top_fifth('place_window', 'place_window.definition, place_window.place_kind, place_window.last_month') }}
        as is_top_fifth,
    place_window.is_cluster,
    place_window.is_designated
from place_window
left join area
    on place_window.place_kind = area.place_kind and place_window.place_code = area.place_code
