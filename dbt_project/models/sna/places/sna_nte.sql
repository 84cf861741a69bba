-- T36: night-time economy crime by offence type; T37: by district, with the rate of the three years' average.
with reported as (
    select
        delivered.report_id,
        delivered.financial_year,
        delivered.financial_year_long,
        delivered.year_order
    from ({{ delivered_years('nte_crimes') }}) as delivered
    inner join {{ ref('report_year') }} as report_year
        on
            delivered.report_id = report_year.report_id
            and delivered.financial_year = report_year.financial_year
            and report_year.is_recent
),

first_and_last as (
    select
        report_id,
        min(financial_year) as first_year,
        max(financial_year) as last_year,
        count(*) as years
    from reported
    group by report_id
),

offence_type (row_label, row_order) as (
    values
    ('Homicide', 1),
    ('Violence with injury', 2),
    ('Violence without injury', 3),
    ('Stalking and harassment', 4),
    ('Rape', 5),
    ('Other sexual offences', 6),
    ('Robbery of personal property', 7),
    ('Theft from the person', 8),
    ('Arson and criminal damage', 9),
    ('Drug trafficking', 10),
    ('Drug possession', 11),
    ('Public disorder', 12),
    ('Possession of weapons offences', 13),
    ('All other offences', 14)
),

type_crimes as (
    select
        financial_year,
        nte_offence_type as row_label,
        crimes as count
    from {{ ref('nte_crimes') }}
),

type_and_total as (
    select
        row_label,
        row_order
    from offence_type
    union all
    select
        'Total crimes' as row_label,
        {{ last_position() }} as row_order
),

district as (
    select
        reported.report_id,
        coalesce(rates.district, 'Force') as row_label,
        case when rates.district is null then {{ last_position() }} else min(dim_district.sort_order) end as row_order,
        rates.financial_year,
        sum(rates.crimes) as crimes,
        sum(rates.population) as population
    from {{ ref('nte_rates') }} as rates
    inner join reported
        on rates.financial_year = reported.financial_year
    inner join {{ ref('dim_district') }} as dim_district
        on rates.district_code = dim_district.district_code
    group by grouping sets (
        (reported.report_id, rates.district, rates.financial_year), (reported.report_id, rates.financial_year)
    )
),

-- The print takes its rates from the average that it had rounded to a whole number.
averaged as (
    select
        district.report_id,
        district.row_label,
        district.row_order,
        {{ round_half_up('sum(district.crimes)', 'max(first_and_last.years)', 0) }} as average,
        arg_max(district.population, district.financial_year) as population
    from district
    inner join first_and_last
        on district.report_id = first_and_last.report_id
    group by district.report_id, district.row_label, district.row_order
)

{{ year_table('T36', 'offence_type', 'type_crimes', 'financial_year', total_row='Total crimes', years='reported') }}

union all

select
    first_and_last.report_id,
    'T36' as table_id,
    '' as row_group,
    type_and_total.row_label,
    type_and_total.row_order,
    'Difference ' || first_and_last.first_year || ' to ' || first_and_last.last_year as column_label,
    {{ last_position() }} as column_order,
    'count' as unit,
    coalesce(
        sum(
            case type_crimes.financial_year
                when first_and_last.last_year then type_crimes.count
                when first_and_last.first_year then -type_crimes.count
            end
        ),
        0
    ) as numerator,
    1 as denominator
from type_and_total
cross join first_and_last
left join type_crimes
    on type_and_total.row_label in (type_crimes.row_label, 'Total crimes')
group by
    first_and_last.report_id, type_and_total.row_label, type_and_total.row_order, first_and_last.first_year,
    first_and_last.last_year

union all

select
    report_id,
    'T37' as table_id,
    '' as row_group,
    row_label,
    row_order,
    'Population' as column_label,
    1 as column_order,
    'count' as unit,
    population as numerator,
    1 as denominator
from averaged
where population is not null

union all

select
    district.report_id,
    'T37' as table_id,
    '' as row_group,
    district.row_label,
    district.row_order,
    replace(reported.financial_year_long, '/', '-') as column_label,
    reported.year_order as column_order,
    'count' as unit,
    district.crimes as numerator,
    1 as denominator
from district
inner join reported
    on district.report_id = reported.report_id and district.financial_year = reported.financial_year

union all

select
    averaged.report_id,
    'T37' as table_id,
    '' as row_group,
    averaged.row_label,
    averaged.row_order,
    'Average over ' || first_and_last.years || ' years' as column_label,
    {{ last_position() }} as column_order,
    'rate' as unit,
    averaged.average as numerator,
    1 as denominator
from averaged
inner join first_and_last
    on averaged.report_id = first_and_last.report_id

union all

select
    report_id,
    'T37' as table_id,
    '' as row_group,
    row_label,
    row_order,
    'Per 1000 population' as column_label,
    {{ last_position() }} + 1 as column_order,
    'rate' as unit,
    1000 * average as numerator,
    population as denominator
from averaged
where population is not null
