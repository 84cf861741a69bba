-- T40 and T41 count outcome records: an offence with two counts twice, one without any is "Not yet complete".
with outcome_group as (
    select
        report.report_id,
        listed.row_label,
        listed.row_order
    from {{ ref('report_window') }} as report
    cross join (
        values ('Positive outcome', 1), ('Other outcome', 2), ('Not yet complete', 3)
    ) as listed (row_label, row_order)
),

outcome_count as (
    select
        record.report_id,
        record.financial_year,
        outcome.sna_label as outcome,
        outcome.sna_group,
        count(*) as outcome_records
    from {{ ref('report_outcome') }} as record
    inner join {{ ref('dim_outcome') }} as outcome
        on record.outcome_key = outcome.outcome_key
    group by record.report_id, record.financial_year, outcome.sna_label, outcome.sna_group
),

-- Where no outcome was ever delivered, nobody knows what is complete.
delivery as (
    select bool_or(sna_group <> 'Not yet complete') as has_outcomes
    from outcome_count
),

by_group as (
    select
        outcome_count.report_id,
        outcome_count.financial_year,
        outcome_count.sna_group as row_label,
        sum(outcome_count.outcome_records) as count
    from outcome_count
    inner join delivery
        on delivery.has_outcomes
    group by outcome_count.report_id, outcome_count.financial_year, outcome_count.sna_group
),

outcome_year as (
    {{ delivered_years('offence_outcomes') }}
),

group_count as (
    {{ year_table(
        'T40', 'outcome_group', 'by_group', 'financial_year_long', total_row='Total', years='outcome_year', of_report=true
    ) }}
),

other_outcome as (
    select
        report_id,
        outcome as row_label,
        row_number() over (partition by report_id order by sum(outcome_records) desc, outcome) as row_order
    from outcome_count
    where sna_group = 'Other outcome'
    group by report_id, outcome
),

by_outcome as (
    select
        report_id,
        financial_year,
        outcome as row_label,
        sum(outcome_records) as count
    from outcome_count
    where sna_group = 'Other outcome'
    group by report_id, financial_year, outcome
)

select * from group_count

union all

select
    part.report_id,
    part.table_id,
    part.row_group,
    '% Positive' as row_label,
    4 as row_order,
    part.column_label,
    part.column_order,
    'percent' as unit,
    100 * part.numerator as numerator,
    whole.numerator as denominator
from group_count as part
inner join group_count as whole
    on part.report_id = whole.report_id and part.column_label = whole.column_label
where part.row_label = 'Positive outcome' and whole.row_label = 'Total'

union all

{{ year_table('T41', 'other_outcome', 'by_outcome', 'financial_year', years='outcome_year', of_report=true) }}
