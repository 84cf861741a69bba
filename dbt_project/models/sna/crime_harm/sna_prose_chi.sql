-- What the prose of section 7 states in numbers; its three graphs are lost. Harm is that of an occurrence: one person
-- in one offence. Both halves of a fraction carry a factor, since a weight may have decimals.
{% set weight = ref('crime_harm_weights') %}
{% set person = in_report('crime_harm_by_person') %}
{% set child = "role = 'victim' and life_stage = 'Child'" %}
{% set adult = "role = 'victim' and life_stage = 'Adult'" %}

{% set statements = [
    ('Harm score of possession of an offensive weapon', 'Days', 'count', 'max(harm_days)', weight, '1',
        "ho_sub_code = '010/91'"),
    ('Harm score of grievous bodily harm with intent', 'Days', 'count', 'max(harm_days)', weight, '1',
        "ho_sub_code = '005/01'"),
    ('Harm score of murder', 'Days', 'count', 'max(harm_days)', weight, '1', "ho_sub_code = '001/01'"),
    ('Adult victims in 2022/23', 'Harm per offence', 'rate', '100 * sum(harm_days)', person,
        '100 * sum(weighted_occurrences)', adult ~ " and financial_year = '2022/23'"),
    ('Adult victims in 2023/24', 'Harm per offence', 'rate', '100 * sum(harm_days)', person,
        '100 * sum(weighted_occurrences)', adult ~ " and financial_year = '2023/24'"),
    ('Decrease of child victims from 2022/23 to 2023/24', 'Percentage', 'percent',
        '-(' ~ change_where(child, 'occurrences', '2022/23', '2023/24') ~ ')', person,
        sum_where(child ~ " and financial_year = '2022/23'", 'occurrences'), 'true'),
    ('Decrease of harm to child victims from 2022/23 to 2023/24', 'Percentage', 'percent',
        '-100 * (' ~ change_where(child, 'harm_days', '2022/23', '2023/24') ~ ')', person,
        '100 * ' ~ sum_where(child ~ " and financial_year = '2022/23'", 'harm_days'), 'true'),
] %}

{% for row_label, column_label, unit, numerator, relation, denominator, where in statements %}
    {{ prose_number('P7', loop.index, row_label, column_label, unit, numerator, relation, denominator, where) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
