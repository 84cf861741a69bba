-- T54 and T55: offences of young people in the city, and cases per 1,000 population; T56: offences in the county.
-- Rows are worded as each service words them.
with delivered as (
    {{ delivered_years('youth_justice_offences') }}
),

city_offence as (
    select
        financial_year,
        offence_as_sent as row_label,
        {{ known_sum('offences') }} as count,
        {{ symbol_of('offences', 'symbol') }} as symbol
    from {{ ref('youth_justice_offences') }}
    where area = {{ place_of('T54') }}
    group by all
),

city_year as (
    select * from delivered
    where financial_year in (select city_offence.financial_year from city_offence)
),

city as (
    select
        row_label,
        row_number() over (order by row_label) as row_order
    from city_offence
    group by row_label
),

{% set groups = [('serious', 'Serious violence'), ('knife', 'Knife crime')] %}
{% for name, offence_group in groups %}
    {{ name }}_offence as (
        select
            financial_year,
            offence_as_sent as row_label,
            {{ known_sum('offences') }} as count,
            {{ symbol_of('offences', 'symbol') }} as symbol
        from {{ ref('youth_justice_offences') }}
        where area = {{ place_of('T56') }} and offence_group = '{{ offence_group }}'
        group by all
    ),

    {{ name }} as (
        select
            row_label,
            row_number() over (order by row_label) as row_order
        from {{ name }}_offence
        group by row_label
    ),
{% endfor %}

overall (row_label, row_order) as (
    values ('Overall total', 1)
),

overall_offence as (
    select
        financial_year,
        'Overall total' as row_label,
        {{ known_sum('offences') }} as count,
        {{ symbol_of('offences', 'symbol') }} as symbol
    from {{ ref('youth_justice_offences') }}
    where area = {{ place_of('T56') }}
    group by financial_year
),

county_year as (
    select * from delivered
    where financial_year in (select overall_offence.financial_year from overall_offence)
),

rate as (
    select
        report.report_id,
        rates.*
    from {{ ref('youth_justice_rates') }} as rates
    inner join {{ ref('report_window') }} as report
        on rates.financial_year = report.last_year
    where rates.area = {{ place_of('T55') }}
)

{{ year_table('T54', 'city', 'city_offence', 'financial_year', 'Total', 'Total', years='city_year', symbols=true) }}

union all

select
    report_id,
    'T55' as table_id,
    '' as row_group,
    ethnicity_group as row_label,
    row_number() over (partition by report_id order by rate_per_1000 desc) as row_order,
    'Cases per 1000 population' as column_label,
    1 as column_order,
    'rate' as unit,
    cast(100 * rate_per_1000 as bigint) as numerator,
    100 as denominator,
    {{ why_empty('rate_per_1000', 'symbol') }} as symbol
from rate

{% for name, offence_group in groups %}
    union all

    {{ year_table(
        'T56', name, name ~ '_offence', 'financial_year', offence_group ~ ' total', 'Total', years='county_year',
        row_group=offence_group ~ ' cases', group_order=loop.index0, symbols=true
    ) }}
{% endfor %}

union all

{{ year_table(
    'T56', 'overall', 'overall_offence', 'financial_year', total_column='Total', years='county_year',
    group_order=groups | length, symbols=true
) }}
