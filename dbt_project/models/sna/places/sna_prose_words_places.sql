-- What the prose of sections 8 and 9 states in words. The years are in the sentences, so they are here too.
{% set school = "(select cast(calendar_year as varchar) as financial_year, offence_group, offences, offences_at_or_near_school from "
    ~ ref('school_proximity_terms') ~ " where calendar_year in (2022, 2023))" %}
{% set nte = in_report('nte_rates') %}

{% for offence_group in ['Serious violence', 'Knife crime', 'Lower-level violence'] %}
    {{ prose_trend('P8', 90 + loop.index, offence_group ~ ': share at or near a school, 2022 to 2023',
        'sum(offences_at_or_near_school)', school, 'sum(offences)', "offence_group = '" ~ offence_group ~ "'") }}
    union all
{% endfor %}
{{ prose_leader('P9', 90, 'District with the highest rate', 'district', 'rate_per_1000', nte,
    "financial_year >= '2021/22'") }}
union all
{{ prose_leader('P9', 91, 'Year with most crimes in the Derbyshire Dales', 'financial_year', 'crimes', nte,
    "financial_year >= '2021/22' and district = 'Derbyshire Dales'") }}
