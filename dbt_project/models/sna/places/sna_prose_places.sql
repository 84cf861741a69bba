-- What the prose of sections 8 and 9 states in numbers. The years are in the sentences, so they are here too.
{% set school = "(select * from " ~ ref('school_proximity_terms') ~ " where calendar_year between 2021 and 2023)" %}
{% set nte = in_report('nte_crimes') %}
{% set yearly = "(select financial_year, sum(crimes) as crimes, "
    ~ "sum(crimes) - lag(sum(crimes)) over (order by financial_year) as change from " ~ nte
    ~ " where financial_year >= '2021/22' group by financial_year)" %}

{% set statements = [
    ('P8', 'Offences with a victim of school age, 2021 to 2023', 'Count', 'count', 'sum(offences)', school, '1', 'true'),
    ('P8', 'Offences at or near a school, 2021 to 2023', 'Count', 'count', 'sum(offences_at_or_near_school)', school, '1', 'true'),
    ('P8', 'Offences at or near a school, 2021 to 2023', 'Share', 'percent', 'sum(offences_at_or_near_school)', school, 'sum(offences)', 'true'),
    ('P9', 'Largest change from one year to the next, 2021/22 to 2023/24', 'Count', 'count', 'max(abs(change))', yearly, '1',
        'change is not null'),
    ('P9', 'Decrease in Derby from 2022/23 to 2023/24', 'Percentage', 'percent',
        '-(' ~ change_where("district = 'Derby'", 'crimes', '2022/23', '2023/24') ~ ')', nte,
        sum_where("district = 'Derby' and financial_year = '2022/23'", 'crimes'), 'true'),
    ('P9', 'Crimes in the Derbyshire Dales in 2023/24', 'Count', 'count', 'sum(crimes)', nte, '1',
        "district = 'Derbyshire Dales' and financial_year = '2023/24'"),
] %}

{% for table_id, row_label, column_label, unit, numerator, relation, denominator, where in statements %}
    {{ prose_number(table_id, loop.index, row_label, column_label, unit, numerator, relation, denominator, where) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
