-- T02: two statements of the prose about the same monthly figures.
with measured as (
    select
        report_id,
        sum(offences) as offences,
        count(*) as months,
        max(offences) as peak_offences
    from {{ ref('sna_recent_months') }}
    group by report_id
),

statement (row_label, row_order) as (
    values ('1.1 key findings', 1), ('3 commentary', 2)
)

select
    measured.report_id,
    'T02' as table_id,
    '' as row_group,
    statement.row_label,
    statement.row_order,
    'Average offences per month' as column_label,
    1 as column_order,
    'rate' as unit,
    measured.offences as numerator,
    measured.months as denominator
from measured
cross join statement

union all

select
    measured.report_id,
    'T02' as table_id,
    '' as row_group,
    statement.row_label,
    statement.row_order,
    'Offences in peak month' as column_label,
    3 as column_order,
    'count' as unit,
    measured.peak_offences as numerator,
    1 as denominator
from measured
cross join statement
