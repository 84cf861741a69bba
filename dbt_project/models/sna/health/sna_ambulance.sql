-- T49: calls by response and sex; the print has no row for calls of unknown sex. T50: sexes as shares of all calls.
-- T51: hospitals that patients were conveyed to.
with reported as (
    {{ delivered_years('assault_calls') }}
),

response (row_label, row_order) as (
    values ('Hear and Treat', 1), ('See and Treat', 2), ('See, Treat and Convey', 3), ('Unknown', 4)
),

{% for sex in ['All', 'Male', 'Female', 'Unknown'] %}
    calls_{{ sex | lower }} as (
        select
            financial_year,
            response as row_label,
            sum(calls) as count
        from {{ ref('assault_calls') }}
        {% if sex != 'All' %}where sex = '{{ sex }}'{% endif %}
        group by financial_year, response
    ),
{% endfor %}

call as (
    {% for sex in ['All', 'Male', 'Female', 'Unknown'] %}
        {{ year_table(
            'T49', 'response', 'calls_' ~ (sex | lower), 'financial_year',
            total_row='Total Calls', years='reported', row_group=sex, group_order=loop.index0
        ) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

hospital as (
    select
        hospital as row_label,
        sort_order as row_order
    from {{ ref('dim_hospital') }}
),

conveyed as (
    select
        financial_year,
        hospital as row_label,
        sum(calls) as count
    from {{ ref('ambulance_conveyances') }}
    group by financial_year, hospital
)

select * from call

union all

select
    part.report_id,
    'T50' as table_id,
    '' as row_group,
    part.row_group as row_label,
    case part.row_group when 'Male' then 1 when 'Female' then 2 else 3 end as row_order,
    part.column_label,
    part.column_order,
    'percent' as unit,
    100 * part.numerator as numerator,
    whole.numerator as denominator
from call as part
inner join call as whole
    on part.report_id = whole.report_id and part.column_label = whole.column_label and part.row_label = whole.row_label
where part.row_label = 'Total Calls' and part.row_group <> 'All' and whole.row_group = 'All'

union all

{{ year_table('T51', 'hospital', 'conveyed', 'financial_year', total_row='Grand Total', years='reported') }}
