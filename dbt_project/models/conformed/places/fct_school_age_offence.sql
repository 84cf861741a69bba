with school as (
    select
        urn,
        phase,
        last_school_year,
        max(last_school_year) over () as list_school_year,
        {{ grid_point('easting', 'northing') }} as grid_point,
        {{ earth_point('latitude', 'longitude') }} as earth_point
    from {{ ref('dim_school') }}
    where first_age is not null and latitude is not null
),

phase as (
    select distinct
        phase,
        first_age,
        last_age
    from {{ ref('school_phase') }}
    where first_age is not null
),

-- A victim of 11 is of both phases; an offence is there once for each phase of which it has a victim.
victim_phase as (
    select distinct
        victim.crime_reference,
        phase.phase
    from {{ ref('fct_victim') }} as victim
    inner join phase
        on victim.age between phase.first_age and phase.last_age
),

offence as (
    select
        offence.crime_reference,
        offence.recorded_date,
        offence.committed_from,
        offence.committed_date,
        offence.district_code,
        offence.location_type,
        offence.easting,
        offence.northing,
        offence.load_id,
        case
            when offence.is_knife_crime then 'Knife crime'
            else counted.offence_subtype
        end as offence_group,
        coalesce(
            offence.committed_day_of_week <= 5
            and cast(offence.committed_from as time) >= time '{{ var("school_day_begins") }}'
            and cast(offence.committed_from as time) < time '{{ var("school_day_ends") }}',
            false
        ) as is_in_school_hours
    from {{ ref('fct_offence') }} as offence
    inner join {{ ref('bridge_offence_definition') }} as counted
        on
            offence.crime_reference = counted.crime_reference
            and counted.definition_id = '{{ var("school_definition_id") }}'
            and counted.is_counted
    where
        offence.crime_reference in (select victim_phase.crime_reference from victim_phase)
        -- Without a list of schools nothing is far from one.
        and exists (select 1 from school)
),

in_the_open as (
    select
        offence.crime_reference,
        victim_phase.phase,
        year(offence.committed_date - interval 8 month) as school_year,
        {{ grid_point('offence.easting', 'offence.northing') }} as grid_point,
        {{ grid_to_earth(grid_point('offence.easting', 'offence.northing')) }} as earth_point
    from offence
    inner join victim_phase
        on offence.crime_reference = victim_phase.crime_reference
    where
        offence.is_in_school_hours
        and offence.location_type in ('Street', 'Open space')
        and offence.easting is not null
        and offence.northing is not null
),

-- A school counts while it is open: as long as the list knows, for the list ends before some offences.
candidate as (
    select
        in_the_open.crime_reference,
        in_the_open.phase,
        in_the_open.phase = school.phase
        and school.last_school_year >= least(in_the_open.school_year, school.list_school_year) as counts,
        {{ geodesic_metres('in_the_open.earth_point', 'school.earth_point') }} as metres
    from in_the_open
    inner join school
        on {{ maybe_within_metres('in_the_open.grid_point', 'school.grid_point', var('school_radius_metres')) }}
),

-- No filter here: the planner would make it a condition of the join above, and compare all schools of a phase
-- with all offences of it rather than look up what is near.
near as (
    select
        crime_reference,
        {% for phase in ['Secondary', 'Primary'] %}
            min(
                case
                    when counts and phase = '{{ phase }}' and metres <= {{ var('school_radius_metres') }} then metres
                end
            ) as metres_to_{{ phase | lower }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from candidate
    group by crime_reference
)

select
    offence.crime_reference,
    offence.recorded_date,
    cast(year(offence.recorded_date) as smallint) as calendar_year,
    offence.committed_from,
    offence.committed_date,
    offence.offence_group,
    offence.district_code,
    offence.location_type,
    offence.is_in_school_hours,
    case
        when offence.is_in_school_hours and offence.location_type = 'Education establishment' then 'At a school'
        when near.metres_to_secondary is not null then 'Near a secondary school'
        when near.metres_to_primary is not null then 'Near a primary school'
        else 'Elsewhere or at another time'
    end as place,
    near.metres_to_secondary,
    near.metres_to_primary,
    case
        when school_day.is_school_day then 'School day'
        when not school_day.is_school_day then 'Holiday or weekend'
        else 'Not known'
    end as day_type,
    offence.load_id
from offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
left join near
    on offence.crime_reference = near.crime_reference
left join {{ ref('dim_school_day') }} as school_day
    on
        district.area = school_day.area
        and offence.committed_date = school_day.date_day
