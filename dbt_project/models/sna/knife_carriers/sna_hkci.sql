-- T32: lifestyle factors of the crime cohort; P6.3: what the prose says of lost charts C18 to C20. The cohort is the
-- last one of the report's last year. Shares come as whole percentages: some are of counts too small to publish.
with report_cohort as (
    select
        report.report_id,
        max(cohort.reference_date) as reference_date
    from {{ ref('hkci_cohort') }} as cohort
    inner join {{ ref('report_window') }} as report
        on cohort.financial_year = report.last_year
    where cohort.cohort = 'Crime'
    group by report.report_id
),

factor as (
    select
        report_cohort.report_id,
        'T32' as table_id,
        factors.question as row_label,
        factors.sort_order as row_order,
        factors.nominals,
        factors.nominals_symbol,
        factors.share_percent,
        factors.share_percent_symbol
    from {{ ref('hkci_factors') }} as factors
    inner join report_cohort
        on factors.reference_date = report_cohort.reference_date
    where factors.cohort = 'Crime'
),

statement (breakdown, category, row_label, row_order) as (
    values
    ('Age group', '15-17', 'Nominals aged 15 to 17', 2),
    ('Sex', 'Male', 'Male nominals', 3),
    ('Offences', '2', 'Nominals with 2 offences', 4),
    ('Offences', '3', 'Nominals with 3 offences', 5),
    ('Offences', '4', 'Nominals with 4 offences', 6),
    ('Offences', '5', 'Nominals with 5 offences', 7)
),

cohort as (
    select
        report_cohort.report_id,
        carriers.*
    from {{ ref('hkci_cohort') }} as carriers
    inner join report_cohort
        on carriers.reference_date = report_cohort.reference_date
    where carriers.cohort = 'Crime'
)

select
    report_id,
    table_id,
    '' as row_group,
    row_label,
    row_order,
    'Yes' as column_label,
    1 as column_order,
    'count' as unit,
    nominals as numerator,
    1 as denominator,
    {{ why_empty('nominals', 'nominals_symbol') }} as symbol
from factor

union all

select
    report_id,
    table_id,
    '' as row_group,
    row_label,
    row_order,
    '%' as column_label,
    2 as column_order,
    'percent' as unit,
    share_percent as numerator,
    1 as denominator,
    {{ why_empty('share_percent', 'share_percent_symbol') }} as symbol
from factor

union all

select
    report_id,
    'P6.3' as table_id,
    '' as row_group,
    'Nominals' as row_label,
    1 as row_order,
    'Count' as column_label,
    1 as column_order,
    'count' as unit,
    nominals as numerator,
    1 as denominator,
    {{ why_empty('nominals', 'nominals_symbol') }} as symbol
from cohort
where breakdown = 'Total'

union all

select
    cohort.report_id,
    'P6.3' as table_id,
    '' as row_group,
    statement.row_label,
    statement.row_order,
    'Share' as column_label,
    1 as column_order,
    'percent' as unit,
    cohort.share_percent as numerator,
    1 as denominator,
    {{ why_empty('cohort.share_percent', 'cohort.share_percent_symbol') }} as symbol
from statement
inner join cohort
    on statement.breakdown = cohort.breakdown and statement.category = cohort.category
