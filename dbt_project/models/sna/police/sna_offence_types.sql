-- T03 and T30: offences by type and year. T28: the share of them with an alcohol or drugs qualifier.
with offence_type as (
    select
        offence_type as row_label,
        sort_order as row_order
    from {{ ref('offence_type') }}
),

all_offences as (
    select
        financial_year,
        offence_type as row_label,
        sum(offences) as count
    from {{ ref('offences') }}
    group by financial_year, offence_type
),

knife_offences as (
    select
        financial_year,
        offence_type as row_label,
        sum(offences) as count
    from {{ ref('offences') }}
    where is_knife_crime
    group by financial_year, offence_type
),

qualified as (
    select
        financial_year,
        offence_type as row_label,
        sum(case when has_alcohol_qualifier or has_drugs_qualifier then offences else 0 end) as qualified_offences,
        sum(offences) as offences
    from {{ ref('recorded_offences') }}
    where is_serious_violence
    group by financial_year, offence_type
)

{{ year_table('T03', 'offence_type', 'all_offences', 'financial_year_long', total_row='Grand total') }}

union all

{{ year_table('T30', 'offence_type', 'knife_offences', 'financial_year_long', total_row='Grand total') }}

union all

select
    report_year.report_id,
    'T28' as table_id,
    '' as row_group,
    offence_type.row_label,
    offence_type.row_order,
    report_year.financial_year as column_label,
    report_year.year_order as column_order,
    'percent' as unit,
    100 * qualified.qualified_offences as numerator,
    qualified.offences as denominator
from offence_type
inner join qualified
    on offence_type.row_label = qualified.row_label
inner join {{ ref('report_year') }} as report_year
    on qualified.financial_year = report_year.financial_year
