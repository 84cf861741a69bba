-- T44 and T47, T45 and T48: the same two tables of two hospitals. T46: methods at the first, all years together.
with hospital as (
    select
        place as hospital,
        table_id as count_table,
        case table_id when 'T44' then 'T45' else 'T48' end as average_table
    from {{ ref('sna_table') }}
    where table_id in ('T44', 'T47')
    group by place, table_id
),

attendance as (
    select
        financial_year,
        hospital,
        sum(attendances) as attendances
    from {{ ref('ed_attendances') }}
    group by financial_year, hospital
),

reported as (
    {{ delivered_years('ed_attendances') }}
),

by_year as (
    select
        reported.report_id,
        hospital.count_table,
        hospital.average_table,
        reported.financial_year,
        reported.year_order,
        attendance.attendances
    from attendance
    inner join hospital
        on attendance.hospital = hospital.hospital
    inner join reported
        on attendance.financial_year = reported.financial_year
),

method as (
    select
        reported.report_id,
        seen.assault_method,
        sum(seen.attendances) as attendances,
        row_number() over (
            partition by reported.report_id order by sum(seen.attendances) desc, seen.assault_method
        ) as row_order
    from {{ ref('ed_attendances') }} as seen
    inner join reported
        on seen.financial_year = reported.financial_year
    where seen.hospital = {{ place_of('T46') }} and seen.assault_method <> 'Unknown'
    group by reported.report_id, seen.assault_method
),

known as (
    select
        report_id,
        sum(attendances) as attendances
    from method
    group by report_id
),

method_row as (
    select * from method
    union all
    select
        known.report_id,
        'Total' as assault_method,
        known.attendances,
        {{ last_position() }} as row_order
    from known
)

select
    report_id,
    count_table as table_id,
    '' as row_group,
    financial_year as row_label,
    year_order as row_order,
    'Attendances per year' as column_label,
    1 as column_order,
    'count' as unit,
    attendances as numerator,
    1 as denominator
from by_year

union all

select
    report_id,
    average_table as table_id,
    '' as row_group,
    financial_year as row_label,
    year_order as row_order,
    'Average attendances per month' as column_label,
    1 as column_order,
    'rate' as unit,
    attendances as numerator,
    12 as denominator
from by_year

union all

select
    report_id,
    'T46' as table_id,
    '' as row_group,
    assault_method as row_label,
    row_order,
    'Count (n)' as column_label,
    1 as column_order,
    'count' as unit,
    attendances as numerator,
    1 as denominator
from method_row

union all

select
    method_row.report_id,
    'T46' as table_id,
    '' as row_group,
    method_row.assault_method as row_label,
    method_row.row_order,
    'Percentage (%)' as column_label,
    2 as column_order,
    'percent' as unit,
    100 * method_row.attendances as numerator,
    known.attendances as denominator
from method_row
inner join known
    on method_row.report_id = known.report_id
