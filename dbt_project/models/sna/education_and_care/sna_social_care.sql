-- T71 and T74: children's social care of county and city; T72: outcomes of referrals; T73: care leavers with a plan. In
-- T71 the sexes spell two measures with capitals, the rows of all children do not.
with delivered as (
    {{ delivered_years('childrens_social_care') }}
),

measure (measure, row_order, label, label_of_sex) as (
    values
    ('Referrals', 1, 'Social Care referrals', 'Social Care Referrals'),
    ('Child protection plans', 2, 'Child Protection plans', 'Child Protection Plans'),
    ('Admissions to care', 3, 'Admissions to care', 'Admissions to care'),
    ('Care leavers', 4, 'Care leavers', 'Care leavers')
),

counted as (
    select
        case care.area when {{ place_of('T71') }} then 'T71' when {{ place_of('T74') }} then 'T74' end as table_id,
        coalesce(care.sex, 'All') as row_group,
        care.measure,
        care.financial_year,
        {{ known_sum('care.cases') }} as cases,
        {{ symbol_of('care.cases', 'care.symbol') }} as symbol
    from {{ ref('childrens_social_care') }} as care
    group by
        grouping sets (
            (care.area, care.sex, care.measure, care.financial_year), (care.area, care.measure, care.financial_year)
        )
),

labelled as (
    select
        counted.table_id,
        counted.row_group,
        case
            when counted.row_group = 'All' or counted.table_id = 'T74' then measure.label
            else measure.label_of_sex
        end as row_label,
        measure.row_order
        + case counted.row_group when 'All' then 0 when 'Male' then 10 when 'Female' then 20 else 30 end as row_order,
        counted.financial_year,
        counted.cases,
        counted.symbol
    from counted
    inner join measure
        on counted.measure = measure.measure
),

outcome as (
    select
        outcome_as_sent as row_label,
        row_number() over (order by outcome_as_sent) as row_order
    from {{ ref('social_care_referral_outcomes') }}
    where area = {{ place_of('T72') }}
    group by outcome_as_sent
),

outcome_count as (
    select
        financial_year,
        outcome_as_sent as row_label,
        referrals as count,
        symbol
    from {{ ref('social_care_referral_outcomes') }}
    where area = {{ place_of('T72') }}
),

outcome_year as (
    select
        delivered.*,
        replace(delivered.financial_year, '/', '-') as hyphened_year
    from delivered
)

select
    delivered.report_id,
    labelled.table_id,
    labelled.row_group,
    labelled.row_label,
    labelled.row_order,
    labelled.financial_year as column_label,
    delivered.year_order as column_order,
    'count' as unit,
    labelled.cases as numerator,
    1 as denominator,
    labelled.symbol
from labelled
inner join delivered
    on labelled.financial_year = delivered.financial_year

union all

select
    report.report_id,
    later.table_id,
    later.row_group,
    later.row_label,
    later.row_order,
    '% change from ' || earlier.financial_year as column_label,
    {{ last_position() }} as column_order,
    'percent' as unit,
    100 * (later.cases - earlier.cases) as numerator,
    earlier.cases as denominator,
    coalesce(later.symbol, earlier.symbol) as symbol
from labelled as later
inner join {{ ref('report_window') }} as report
    on later.financial_year = report.last_year
inner join labelled as earlier
    on
        {{ financial_year_label('report.recent_start_year') }} = earlier.financial_year
        and later.table_id = earlier.table_id
        and later.row_group = earlier.row_group
        and later.row_label = earlier.row_label

union all

{{ year_table(
    'T72', 'outcome', 'outcome_count', 'hyphened_year', total_row='Total', years='outcome_year', symbols=true
) }}

union all

select
    delivered.report_id,
    'T73' as table_id,
    '' as row_group,
    'Care Leavers with an EHCP' as row_label,
    1 as row_order,
    plans.financial_year as column_label,
    delivered.year_order as column_order,
    'percent' as unit,
    cast(round(10000 * plans.percent_of_care_leavers) as bigint) as numerator,
    10000 as denominator,
    {{ why_empty('plans.percent_of_care_leavers', 'plans.symbol') }} as symbol
from {{ ref('care_leaver_plans') }} as plans
inner join delivered
    on plans.financial_year = delivered.financial_year
where plans.area = {{ place_of('T73') }} and plans.plan = 'Education, health and care plan'
