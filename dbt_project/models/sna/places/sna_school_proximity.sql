-- T33: offences with a victim of school age and those at or near a school; T34: the share in the last year;
-- T35: where those at or near a school happened.
with counted as (
    select
        report.report_id,
        terms.calendar_year,
        terms.offence_group,
        terms.offences,
        terms.offences_at_or_near_school,
        terms.calendar_year = report.last_start_year as is_last
    from {{ ref('school_proximity_terms') }} as terms
    inner join {{ ref('report_window') }} as report
        on terms.calendar_year between report.recent_start_year and report.last_start_year
),

-- T33 and T34 have the groups in orders of their own.
offence_group (offence_group, group_order, lower_label, row_order) as (
    values
    ('Serious violence', 0, 'serious violent crime', 2),
    ('Knife crime', 1, 'knife crime', 3),
    ('Lower-level violence', 2, 'lower-level violent crime', 1)
),

summed as (
    select
        counted.report_id,
        counted.offence_group,
        coalesce(cast(counted.calendar_year as varchar), 'Total') as row_label,
        {{ in_group(
            'offence_group.group_order', 'coalesce(counted.calendar_year, ' ~ last_position() ~ ')'
        ) }} as row_order,
        sum(counted.offences) as offences,
        sum(counted.offences_at_or_near_school) as offences_at_or_near_school
    from counted
    inner join offence_group
        on counted.offence_group = offence_group.offence_group
    group by grouping sets (
        (counted.report_id, counted.offence_group, offence_group.group_order, counted.calendar_year),
        (counted.report_id, counted.offence_group, offence_group.group_order)
    )
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
        report.report_id,
        proximity.place,
        sum(proximity.offences) as offences
    from {{ ref('school_proximity') }} as proximity
    inner join {{ ref('report_window') }} as report
        on proximity.calendar_year between report.recent_start_year and report.last_start_year
    where proximity.is_at_or_near_school
    group by report.report_id, proximity.place
),

at_any_place as (
    select
        report_id,
        sum(offences) as offences
    from at_place
    group by report_id
)

select
    report_id,
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
    report_id,
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
    report_id,
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
    counted.report_id,
    'T34' as table_id,
    '' as row_group,
    offence_group.lower_label as row_label,
    offence_group.row_order,
    '% at or nearby school' as column_label,
    1 as column_order,
    'percent' as unit,
    100 * counted.offences_at_or_near_school as numerator,
    counted.offences as denominator
from counted
inner join offence_group
    on counted.offence_group = offence_group.offence_group
where counted.is_last

union all

select
    at_any_place.report_id,
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
    on at_any_place.report_id = at_place.report_id and place.place = at_place.place
