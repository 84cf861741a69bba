-- T02: the name of the month with most offences; of two, the earlier.
with ranked as (
    select
        report_id,
        month_label,
        row_number() over (partition by report_id order by offences desc, month_start asc) as position_by_offences
    from {{ ref('sna_recent_months') }}
),

statement (row_label, row_order) as (
    values ('1.1 key findings', 1), ('3 commentary', 2)
)

select
    ranked.report_id,
    'T02' as table_id,
    '' as row_group,
    statement.row_label,
    statement.row_order,
    'Peak month' as column_label,
    2 as column_order,
    'text' as unit,
    ranked.month_label as value_text
from ranked
cross join statement
where ranked.position_by_offences = 1
