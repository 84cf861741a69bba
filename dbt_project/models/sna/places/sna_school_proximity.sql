-- T33: offences with a victim of school age and those at or near a school; T34: the share in the last year;
-- T35: where those at or near a school happened.
with counted as (
    select
        calendar_year,
        offence_group,
        offences,
        offences_at_or_near_school
    from {{ ref('school_proximity_terms') }}
    where calendar_year between {{ first_report_calendar_year() }} and {{ last_report_calendar_year() }}
),

offence_group (offence_group, lower_label, group_order) as (
    values
    ('Serious violence', 'serious violent crime', 2),
    ('Knife crime', 'knife crime', 3),
    ('Lower-level violence', 'lower-level violent crime', 1)
),

summed as (
    select
        offence_group,
        coalesce(cast(calendar_year as varchar), 'Total') as row_label,
        coalesce(calendar_year, {{ last_position() }}) as row_order,
        sum(offences) as offences,
        sum(offences_at_or_near_school) as offences_at_or_near_school
    from counted
    group by grouping sets ((offence_group, calendar_year), (offence_group))
),

place (place, row_label, row_order) as (
    values
    ('At a school', 'occurred at the school', 1),
    (
        'Near a secondary school',
        'occurred within 500 metres of a secondary school, '
        || 'just before or after school, or on a journey to/or from school',
        2
    ),
    (
        'Near a primary school',
        'occurred within 500 metres of a primary school, '
        || 'just before or after school, or on a journey to/or from school',
        3
    )
),

at_place as (
    select
        place,
        sum(offences) as offences
    from {{ ref('school_proximity') }}
    where
        is_at_or_near_school
        and calendar_year between {{ first_report_calendar_year() }} and {{ last_report_calendar_year() }}
    group by place
),

at_any_place as (
    select sum(offences) as offences from at_place
    having count(*) > 0
)

select
    'T33' as table_id,
    offence_group as row_group,
    row_label,
    row_order,
    'Offence with victim of school age' as column_label,
    1 as column_order,
    'count' as unit,
    offences as numerator,
    1 as denominator
from summed

union all

select
    'T33' as table_id,
    offence_group as row_group,
    row_label,
    row_order,
    'Offence occurred at/or nearby school' as column_label,
    2 as column_order,
    'count' as unit,
    offences_at_or_near_school as numerator,
    1 as denominator
from summed

union all

select
    'T33' as table_id,
    offence_group as row_group,
    row_label,
    row_order,
    '% at or nearby school' as column_label,
    3 as column_order,
    'percent' as unit,
    100 * offences_at_or_near_school as numerator,
    offences as denominator
from summed

union all

select
    'T34' as table_id,
    '' as row_group,
    offence_group.lower_label as row_label,
    offence_group.group_order as row_order,
    '% at or nearby school' as column_label,
    1 as column_order,
    'percent' as unit,
    100 * counted.offences_at_or_near_school as numerator,
    counted.offences as denominator
from counted
inner join offence_group
    on counted.offence_group = offence_group.offence_group
where counted.calendar_year = {{ last_report_calendar_year() }}

union all

select
    'T35' as table_id,
    '' as row_group,
    place.row_label,
    place.row_order,
    '% of offences at or nearby school' as column_label,
    1 as column_order,
    'percent' as unit,
    100 * coalesce(at_place.offences, 0) as numerator,
    at_any_place.offences as denominator
from place
cross join at_any_place
left join at_place
    on place.place = at_place.place
