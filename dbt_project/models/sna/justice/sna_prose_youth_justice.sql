-- What the prose of sections 15.1 and 15.2 states in numbers; of young people by age and gender the graphs are lost.
{% set offence = in_report('youth_justice_offences') %}
{% set offender = in_report('youth_justice_offenders') %}
{% set city = "area = 'Derby City' and financial_year >= '2022/23'" %}
{% set county = "area = 'Derbyshire County' and financial_year >= '2020/21'" %}
{% set female = sum_where("sex = 'Female'", 'offenders') %}
{% set known = sum_where("sex <> 'Unknown'", 'offenders') %}
{% set last = " and financial_year = '2023/24'" %}

{% set statements = [
    ('P15.1', 'Offences over the last two years', 'Count', 'count', 'sum(offences)', offence, '1', city),
    ('P15.1', 'Offences in the last year', 'Count', 'count', 'sum(offences)', offence, '1', city ~ last),
    ('P15.1', 'Female offenders over the last two years', 'Share', 'percent', female, offender, known, city),
    ('P15.2', 'Offences over the last four years', 'Count', 'count', 'sum(offences)', offence, '1', county),
    ('P15.2', 'Offences in the last year', 'Count', 'count', 'sum(offences)', offence, '1', county ~ last),
    ('P15.2', 'Female offenders over the last four years', 'Share', 'percent', female, offender, known, county),
    ('P15.2', 'Offenders aged 13', 'Count', 'count', 'sum(offenders)', offender, '1', county ~ ' and age = 13'),
    ('P15.2', 'Offenders aged 15', 'Count', 'count', 'sum(offenders)', offender, '1', county ~ ' and age = 15'),
] %}

{% for table_id, row_label, column_label, unit, numerator, relation, denominator, where in statements %}
    {{ prose_number(table_id, loop.index, row_label, column_label, unit, numerator, relation, denominator, where) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
