-- P7 to P23: figures of the prose, most of them of graphs that are lost, from the statements of the printed report.
{% set statements = var('statements') %}
{{ config(meta={'tables': statements.tables}) }}
{% for mart in statements.figure_marts %}
-- depends_on: {{ ref(mart) }}
{% endfor %}

with figure (table_id, row_label, row_order, column_label, unit, numerator, denominator, value_text) as (
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
    table_id,
    '' as row_group,
    row_label,
    row_order,
    column_label,
    1 as column_order,
    unit,
    {{ integer_divide('numerator', 'scale') }} as numerator,
    {{ integer_divide('denominator', 'scale') }} as denominator,
    value_text
from scaled
