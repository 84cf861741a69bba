-- Windows of which every month has an offence, of any kind, in a known place of the county. Where offences have no
-- places, a place without offences is not one in which nothing happened.
with place_month as (
    select distinct
        'Ward' as place_kind,
        offence.recorded_month
    from {{ ref('placed_crime') }} as offence
    inner join {{ ref('dim_ward') }} as ward
        on offence.ward_code = ward.ward_code
    where ward.ward_code <> 'Unknown' and ward.district_code <> 'Outside'

    union all

    select distinct
        'LSOA' as place_kind,
        offence.recorded_month
    from {{ ref('placed_crime') }} as offence
    inner join {{ ref('dim_lsoa') }} as lsoa
        on offence.lsoa_code = lsoa.lsoa_code
    inner join {{ ref('dim_district') }} as district
        on lsoa.district_code = district.district_code
    where district.is_in_county

    union all

    select distinct
        'Hexagon' as place_kind,
        offence.recorded_month
    from {{ ref('placed_crime') }} as offence
    inner join {{ ref('bridge_point_hexagon') }} as point
        on offence.easting = point.easting and offence.northing = point.northing
)

select
    place_month.place_kind,
    hotspot_window.last_month
from {{ ref('dim_hotspot_window') }} as hotspot_window
inner join place_month
    on place_month.recorded_month between hotspot_window.first_month and hotspot_window.last_month
group by place_month.place_kind, hotspot_window.last_month
having count(*) = 12
