-- T16: relationship of the suspect to the victim in the last three years, of offences that have one recorded.
with relationship as (
    select
        relationship as row_label,
        sort_order as row_order
    from {{ ref('dim_relationship') }}
    where is_recorded
),

counted as (
    select
        report_year.report_id,
        relationship.row_label,
        relationship.row_order,
        report_year.financial_year,
        report_year.year_order,
        sum(coalesce(recorded.offences, 0)) as offences
    from relationship
    cross join {{ ref('report_year') }} as report_year
    left join {{ ref('recorded_offences') }} as recorded
        on
            recorded.is_serious_violence
            and relationship.row_label = recorded.relationship
            and report_year.financial_year = recorded.financial_year
    where report_year.is_recent
    group by
        grouping sets (
            (
                report_year.report_id, relationship.row_label, relationship.row_order, report_year.financial_year,
                report_year.year_order
            ),
            (report_year.report_id, relationship.row_label, relationship.row_order),
            (report_year.report_id, report_year.financial_year, report_year.year_order),
            (report_year.report_id)
        )
),

labelled as (
    select
        report_id,
        coalesce(row_label, 'Total') as row_label,
        coalesce(row_order, {{ last_position() }}) as row_order,
        coalesce(financial_year, 'Total') as period,
        coalesce(year_order, {{ last_position() }}) as period_order,
        offences
    from counted
)

select
    report_id,
    'T16' as table_id,
    '' as row_group,
    row_label,
    row_order,
    period || ': Count' as column_label,
    2 * period_order as column_order,
    'count' as unit,
    offences as numerator,
    1 as denominator
from labelled

union all

select
    part.report_id,
    'T16' as table_id,
    '' as row_group,
    part.row_label,
    part.row_order,
    part.period || ': %' as column_label,
    2 * part.period_order + 1 as column_order,
    'percent' as unit,
    100 * part.offences as numerator,
    whole.offences as denominator
from labelled as part
inner join labelled as whole
    on part.report_id = whole.report_id and part.period = whole.period and whole.row_label = 'Total'
where part.row_label <> 'Total'
