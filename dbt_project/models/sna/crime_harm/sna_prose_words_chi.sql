-- What the prose of section 7 states in words; its three graphs are lost.
{% set offence = in_report('crime_harm') %}
{% set person = in_report('crime_harm_by_person') %}
{% set recent = "financial_year between '2021/22' and '2023/24'" %}
{% set offence_mean = 'sum(harm_days) / sum(weighted_offences)' %}
{% set victim_mean = 'sum(harm_days) / sum(weighted_occurrences)' %}
{% set child_victim = "role = 'victim' and life_stage = 'Child'" %}
{% set adult_victim = "role = 'victim' and life_stage = 'Adult'" %}
{% set child_suspect = "role = 'suspect' and life_stage = 'Child'" %}
{% set adult_suspect = "role = 'suspect' and life_stage = 'Adult'" %}

{% set directions = [
    ('Offences from 2021/22 to 2023/24', 'sum(offences)', offence, recent),
    ('Harm from 2021/22 to 2023/24', 'sum(harm_days)', offence, recent),
    ('Harm per offence from 2021/22 to 2023/24', offence_mean, offence, recent),
    ('Child suspects from 2021/22 to 2023/24', 'sum(occurrences)', person, child_suspect ~ ' and ' ~ recent),
    ('Harm of child suspects from 2021/22 to 2023/24', 'sum(harm_days)', person, child_suspect ~ ' and ' ~ recent),
    ('Adult suspects from 2021/22 to 2023/24', 'sum(occurrences)', person, adult_suspect ~ ' and ' ~ recent),
    ('Harm of adult suspects from 2021/22 to 2023/24', 'sum(harm_days)', person, adult_suspect ~ ' and ' ~ recent),
] %}
{% set years = [
    ('Year of most harm', 'sum(harm_days)', offence, 'true', 'desc'),
    ('Year of most harm per offence of 2019/20 to 2021/22', offence_mean, offence,
        "financial_year between '2019/20' and '2021/22'", 'desc'),
    ('Year of fewest child suspects', 'sum(occurrences)', person, child_suspect, 'asc'),
    ('Year of least harm of child suspects', 'sum(harm_days)', person, child_suspect, 'asc'),
    ('Year of most adult suspects', 'sum(occurrences)', person, adult_suspect, 'desc'),
    ('Year of most harm of adult suspects', 'sum(harm_days)', person, adult_suspect, 'desc'),
    ('Year of most child victims', 'sum(occurrences)', person, child_victim, 'desc'),
    ('Year of most harm to child victims', 'sum(harm_days)', person, child_victim, 'desc'),
    ('Year of most harm per adult victim', victim_mean, person, adult_victim, 'desc'),
] %}

{% for row_label, measure, relation, where in directions %}
    {{ prose_direction('P7', 10 + loop.index, row_label, measure, relation, where) }}
    union all
{% endfor %}
{% for row_label, measure, relation, where, order in years %}
    {{ prose_year_of('P7', 20 + loop.index, row_label, measure, relation, where, order) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
