-- What the prose of sections 15.1 and 15.2 states in words, of young people by age where the graphs are lost.
{% set offence = in_report('youth_justice_offences') %}
{% set offender = in_report('youth_justice_offenders') %}
{% set city = "area = 'Derby City' and financial_year >= '2022/23'" %}
{% set county = "area = 'Derbyshire County' and financial_year >= '2020/21'" %}

{{ prose_leader('P15.1', 90, 'Most common offence', 'offence_as_sent', 'offences', offence, city) }}
union all
{{ prose_leader('P15.1', 91, 'Second most common offence', 'offence_as_sent', 'offences', offence, city, place=2) }}
union all
{{ prose_leader('P15.1', 92, 'Most common age of offenders', 'age', 'offenders', offender, city) }}
union all
{{ prose_leader('P15.2', 90, 'Most common offence', 'offence_as_sent', 'offences', offence, county) }}
union all
{{ prose_leader('P15.2', 91, 'Second most common offence', 'offence_as_sent', 'offences', offence, county, place=2) }}
union all
{{ prose_trend('P15.2', 92, 'Serious violence cases, from year to year', '-sum(offences)', offence,
    where=county ~ " and offence_group = 'Serious violence'", rising='decreasing') }}
union all
{{ prose_trend('P15.2', 93, 'Cases over the last three years', '-sum(offences)', offence,
    where="area = 'Derbyshire County' and financial_year >= '2021/22'", rising='decreasing') }}
union all
{{ prose_leader('P15.2', 94, 'Most common age of offenders', 'age', 'offenders', offender, county) }}
union all
{{ prose_leader('P15.2', 95, 'Second most common age of offenders', 'age', 'offenders', offender, county, place=2) }}
