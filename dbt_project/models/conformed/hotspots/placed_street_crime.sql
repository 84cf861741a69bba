-- Points snapped to a map's, brought to the National Grid once for all that reads them.
select
    street.load_id || '/' || street.row_number_in_delivery as placed_crime_id,
    street.month_start as recorded_month,
    lsoa.ward_code,
    street.lsoa_code,
    cast(round({{ easting_of('street.grid_point') }}) as integer) as easting,
    cast(round({{ northing_of('street.grid_point') }}) as integer) as northing,
    false as is_serious_violence,
    false as is_hotspot_violence,
    street.crime_type in ('Possession of weapons', 'Robbery', 'Violence and sexual offences') as is_street_violence
from (
    select
        *,
        {{ earth_to_grid(earth_point('latitude', 'longitude')) }} as grid_point
    from {{ ref('fct_street_crime') }}
) as street
inner join {{ ref('dim_lsoa') }} as lsoa
    on street.lsoa_code = lsoa.lsoa_code
inner join {{ ref('dim_district') }} as district
    on street.district_code = district.district_code
where district.is_in_county and not exists (select 1 from {{ ref('fct_offence') }})
