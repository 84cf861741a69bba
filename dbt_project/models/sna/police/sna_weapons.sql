-- T04: weapons of possession offences.
with weapon as (
    select
        weapon as row_label,
        sort_order as row_order
    from {{ ref('dim_weapon') }}
),

possession as (
    select
        financial_year,
        weapon as row_label,
        sum(offences) as count
    from {{ ref('recorded_offences') }}
    where is_serious_violence and offence_type = 'Possession of weapons offences'
    group by financial_year, weapon
),

weapon_count as (
    {{ year_table('T04', 'weapon', 'possession', 'financial_year', total_row='Total', total_column='Total') }}
)

select * from weapon_count

union all

select
    part.report_id,
    part.table_id,
    part.row_group,
    part.row_label,
    part.row_order,
    '%' as column_label,
    part.column_order + 1 as column_order,
    'percent' as unit,
    100 * part.numerator as numerator,
    whole.numerator as denominator
from weapon_count as part
inner join weapon_count as whole
    on part.report_id = whole.report_id and part.column_label = whole.column_label
where part.column_label = 'Total' and whole.row_label = 'Total' and part.row_label <> 'Total'
