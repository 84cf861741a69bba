-- T42: prisoners by offence group on the report's day, as a share of all. T43: the figures in its sentences, each for
-- the report's twelve months of its measure.
{% set safety = [
    ('Deaths', 'number', 'count', 'All deaths', 'All', 'incidents', '1'),
    ('Deaths', 'decrease %', 'percent', 'All deaths', 'All', 'previous_year_incidents - incidents', 'previous_year_incidents'),
    ('Deaths', 'previous 12 months', 'count', 'All deaths', 'All', 'previous_year_incidents', '1'),
    ('Deaths, self-inflicted', 'number', 'count', 'Self-inflicted deaths', 'All', 'incidents', '1'),
    ('Deaths, self-inflicted', 'decrease %', 'percent', 'Self-inflicted deaths', 'All',
        'previous_year_incidents - incidents', 'previous_year_incidents'),
    ('Deaths, self-inflicted', 'previous 12 months', 'count', 'Self-inflicted deaths', 'All', 'previous_year_incidents', '1'),
    ('Self-harm', 'number', 'count', 'All self-harm incidents', 'All', 'incidents', '1'),
    ('Self-harm', 'increase %', 'percent', 'All self-harm incidents', 'All',
        'incidents - previous_year_incidents', 'previous_year_incidents'),
    ('Self-harm', 'male rate increase %', 'percent', 'All self-harm incidents', 'Male',
        'rate_per_1000 - previous_year_rate_per_1000', 'previous_year_rate_per_1000'),
    ('Self-harm', 'female rate decrease %', 'percent', 'All self-harm incidents', 'Female',
        'previous_year_rate_per_1000 - rate_per_1000', 'previous_year_rate_per_1000'),
    ('Assaults', 'number', 'count', 'All assaults', 'All', 'incidents', '1'),
    ('Assaults', 'increase %', 'percent', 'All assaults', 'All', 'incidents - previous_year_incidents', 'previous_year_incidents'),
    ('Assaults', 'male rate increase %', 'percent', 'All assaults', 'Male',
        'rate_per_1000 - previous_year_rate_per_1000', 'previous_year_rate_per_1000'),
    ('Assaults', 'female rate increase %', 'percent', 'All assaults', 'Female',
        'rate_per_1000 - previous_year_rate_per_1000', 'previous_year_rate_per_1000'),
    ('Assaults on staff', 'number', 'count', 'Assaults on staff', 'All', 'incidents', '1'),
    ('Assaults on staff', 'increase %', 'percent', 'Assaults on staff', 'All',
        'incidents - previous_year_incidents', 'previous_year_incidents'),
    ('Assaults on staff', 'male rate increase %', 'percent', 'Assaults on staff', 'Male',
        'rate_per_1000 - previous_year_rate_per_1000', 'previous_year_rate_per_1000'),
    ('Assaults on staff', 'female rate increase %', 'percent', 'Assaults on staff', 'Female',
        'rate_per_1000 - previous_year_rate_per_1000', 'previous_year_rate_per_1000'),
    ('Assaults on staff', 'per 1000 female prisoners', 'rate', 'Assaults on staff', 'Female', 'rate_per_1000', '1'),
    ('Serious assaults', 'number', 'count', 'Serious assaults', 'All', 'incidents', '1'),
    ('Serious assaults', 'increase %', 'percent', 'Serious assaults', 'All',
        'incidents - previous_year_incidents', 'previous_year_incidents'),
    ('Serious assaults, prisoner on prisoner', 'increase %', 'percent', 'Serious prisoner-on-prisoner assaults', 'All',
        'incidents - previous_year_incidents', 'previous_year_incidents'),
    ('Serious assaults on staff', 'increase %', 'percent', 'Serious assaults on staff', 'All',
        'incidents - previous_year_incidents', 'previous_year_incidents'),
] -%}
{% set lines = safety | map('first') | unique | list -%}

with offence_group as (
    select
        report.report_id,
        prison.offence_group,
        {{ known_sum('prison.prisoners') }} as prisoners,
        {{ symbol_of('prison.prisoners', 'prison.symbol') }} as symbol
    from {{ ref('prison_population') }} as prison
    inner join {{ ref('report_window') }} as report
        on prison.counted_on = report.prison_day
    group by report.report_id, prison.offence_group
)

select
    report_id,
    'T42' as table_id,
    '' as row_group,
    offence_group as row_label,
    row_number() over (partition by report_id order by prisoners desc, offence_group asc) as row_order,
    '%' as column_label,
    1 as column_order,
    'percent' as unit,
    100 * prisoners as numerator,
    case
        when count(*) over (partition by report_id) = count(prisoners) over (partition by report_id)
            then sum(prisoners) over (partition by report_id)
    end as denominator,
    min(symbol) over (partition by report_id) as symbol
from offence_group

{% for row_label, column_label, unit, kind, sex, numerator, denominator in safety %}
    union all

    -- Rates have one decimal: tenths are whole numbers.
    select
        report.report_id,
        'T43' as table_id,
        'figures in the text cell' as row_group,
        '{{ row_label }}' as row_label,
        {{ in_group(1, lines.index(row_label)) }} as row_order,
        '{{ column_label }}' as column_label,
        {{ loop.index }} as column_order,
        '{{ unit }}' as unit,
        {{ '100 * ' if unit == 'percent' }}cast(10 * ({{ numerator }}) as bigint) as numerator,
        cast(10 * ({{ denominator }}) as bigint) as denominator,
        cast(null as varchar) as symbol
    from {{ ref('prison_safety') }} as safety
    {{ join_report_of_twelve_months() }}
    where safety.kind = '{{ kind }}' and safety.sex = '{{ sex }}'
{% endfor %}
