-- A school is in the list once under each of its numbers; the last one counts.
with listed as (
    select
        urn,
        school_name,
        la_code,
        establishment_number,
        cast(left(academic_year, 4) as smallint) as last_school_year,
        row_number() over (partition by urn order by academic_year desc, laestab desc) as place
    from {{ ref('stg_places__schools') }}
),

last_list as (
    select max(last_school_year) as school_year from listed
),

located as (
    select
        listed.urn,
        listed.school_name,
        listed.la_code,
        listed.establishment_number,
        coalesce(phase.phase, 'Other') as phase,
        phase.first_age,
        phase.last_age,
        listed.last_school_year,
        listed.last_school_year = last_list.school_year as is_open,
        location.longitude,
        location.latitude,
        {{ earth_to_grid(earth_point('location.latitude', 'location.longitude')) }} as grid_point
    from listed
    cross join last_list
    left join {{ ref('school_phase') }} as phase
        on listed.establishment_number between phase.first_number and phase.last_number
    left join {{ ref('stg_places__school_locations') }} as location
        on listed.urn = location.urn
    where listed.place = 1
),

-- The authority's number identifies the district where it has only one.
only_district as (
    select
        authority.la_code,
        min(district.district_code) as district_code
    from {{ ref('school_authority') }} as authority
    inner join {{ ref('district') }} as district
        on authority.area = district.area
    group by authority.la_code
    having count(*) = 1
),

ward as (
    select
        district_code,
        {{ geojson_to_grid('boundary_geojson') }} as boundary
    from {{ ref('dim_ward') }}
    where boundary_geojson is not null
),

-- Two wards share a boundary; a school on it is in one district all the same.
within as (
    select
        located.urn,
        min(ward.district_code) as district_code
    from located
    inner join ward
        on {{ lies_in('located.grid_point', 'ward.boundary') }}
    where located.la_code in (select authority.la_code from {{ ref('school_authority') }} as authority)
    group by located.urn
)

select
    located.urn,
    located.school_name,
    located.la_code,
    located.establishment_number,
    located.phase,
    located.first_age,
    located.last_age,
    located.last_school_year,
    located.is_open,
    case
        when authority.la_code is null then 'Outside'
        else coalesce(only_district.district_code, within.district_code, 'Unknown')
    end as district_code,
    located.longitude,
    located.latitude,
    {{ easting_of('located.grid_point') }} as easting,
    {{ northing_of('located.grid_point') }} as northing
from located
left join {{ ref('school_authority') }} as authority
    on located.la_code = authority.la_code
left join only_district
    on located.la_code = only_district.la_code
left join within
    on located.urn = within.urn
