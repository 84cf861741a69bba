with area as (
    select
        nte_area_code,
        {{ geojson_to_grid('boundary_geojson') }} as boundary
    from {{ ref('dim_nte_area') }}
),

crime as (
    select
        offence.crime_reference,
        offence.recorded_month,
        offence.financial_year,
        offence.committed_from,
        offence.committed_day_of_week,
        offence.committed_hour,
        offence.district_code,
        offence.load_id,
        nte_type.nte_offence_type,
        nte_type.nte_offence_type_named,
        {{ grid_point('offence.easting', 'offence.northing') }} as grid_point
    from {{ ref('fct_offence') }} as offence
    inner join {{ ref('dim_offence') }} as code
        on offence.offence_code = code.offence_code
    inner join {{ ref('nte_offence_type') }} as nte_type
        on code.ho_class = nte_type.ho_class and code.ho_sub_code = nte_type.ho_sub_code
    where
        offence.easting is not null
        and offence.northing is not null
        and (
            offence.committed_hour >= {{ var('nte_begins_hour') }}
            or offence.committed_hour < {{ var('nte_ends_hour') }}
        )
),

-- A crime on a boundary that two areas share is in one of them.
located as (
    select
        crime.crime_reference,
        min(area.nte_area_code) as nte_area_code
    from crime
    inner join area
        on {{ lies_in('crime.grid_point', 'area.boundary') }}
    group by crime.crime_reference
)

select
    crime.crime_reference,
    crime.recorded_month,
    crime.financial_year,
    crime.committed_from,
    crime.committed_day_of_week,
    crime.committed_hour,
    crime.nte_offence_type,
    crime.nte_offence_type_named,
    nte_area.nte_area_code,
    nte_area.district_code,
    crime.district_code as recorded_district_code,
    crime.load_id
from crime
inner join located
    on crime.crime_reference = located.crime_reference
inner join {{ ref('dim_nte_area') }} as nte_area
    on located.nte_area_code = nte_area.nte_area_code
