-- P7 to P23: figures of the prose, most of them of graphs that are lost, from the statements of each report.
{% set statements = var('statements') %}
{{ config(meta={'tables': statements.tables}) }}
{% for mart in statements.figure_marts %}
-- depends_on: {{ ref(mart) }}
{% endfor %}

with figure (report_id, table_id, row_label, row_order, column_label, unit, numerator, denominator, value_text) as (
    select * from ({{ statements.figures }})
),

scaled as (
    select
        *,
        -- Statements compute with whole numbers of a ten-thousandth.
        case when numerator % 10000 = 0 and denominator % 10000 = 0 then 10000 else 1 end as scale
    from figure
)

select
    scaled.report_id,
    scaled.table_id,
    '' as row_group,
    scaled.row_label,
    scaled.row_order,
    scaled.column_label,
    1 as column_order,
    scaled.unit,
    {{ integer_divide('scaled.numerator', 'scaled.scale') }} as numerator,
    {{ integer_divide('scaled.denominator', 'scaled.scale') }} as denominator,
    scaled.value_text
from scaled
-- Not those of a report whose last year is not whole.
inner join {{ ref('report_window') }} as report
    on scaled.report_id = report.report_id
