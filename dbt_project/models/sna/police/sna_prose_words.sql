-- What the prose of sections 13, 14, 16 and 23 states in words, mostly of graphs that are lost.
{% set ed = in_report('ed_attendances') %}
{% set weapon = "sum(case when primary_means = 'Weapon' then attendances else 0 end)" %}
{% set known = "nullif(sum(case when primary_means <> 'Unknown' then attendances else 0 end), 0)" %}
{% set need = in_report('liaison_needs') %}
{% set referral = in_report('liaison_referrals') %}
{% set people = in_report('fire_referrals') %}
{% set case = in_report('probation_cases_by_age_and_sentence') %}

{{ prose_trend('P13.1', 90, 'Share of assaults by a weapon, from year to year', weapon, ed, known,
    "hospital = 'Royal Derby Hospital'") }}
union all
{{ prose_trend('P13.2', 90, 'Share of assaults by a weapon, from year to year', weapon, ed, known,
    "hospital = 'Chesterfield Royal Hospital'") }}
union all
{{ prose_leader('P13.3', 90, 'District with most calls', 'district', 'calls', in_report('ambulance_calls')) }}
union all
{{ prose_leader('P14', 90, 'District with the largest decrease from 2021/22 to 2023/24', 'district',
    "case financial_year when '2021/22' then cases when '2023/24' then -cases else 0 end", in_report('probation_cases'),
    years=['2021/22', '2023/24']) }}
union all
{{ prose_trend('P14', 91, 'Community sentences, from year to year', 'sum(cases)', case,
    where="sentence_type = 'Community' and financial_year >= '2021/22'") }}
union all
{{ prose_trend('P14', 92, 'Custodial sentences, from year to year', 'sum(cases)', case,
    where="sentence_type = 'Custodial' and financial_year >= '2021/22'", both='fluctuating') }}
union all
{{ prose_leader('P14', 93, 'Age group with the largest increase in 2023/24 on the previous two years', 'age_group',
    "case financial_year when '2023/24' then 2 * cases when '2022/23' then -cases when '2021/22' then -cases else 0 end",
    case, years=['2021/22', '2022/23', '2023/24']) }}
union all
{{ prose_trend('P16', 90, 'Malicious false alarms in Derby from 2022/23 to 2023/24', 'sum(incidents)',
    in_report('fire_incidents'),
    where="incident_kind = 'Malicious false alarm' and district = 'Derby' and financial_year >= '2022/23'") }}
union all
{{ prose_trend('P16', 91, 'Referrals of adults at risk, from year to year', 'sum(referrals)', people,
    where="client_group = 'Adult at risk'") }}
union all
{{ prose_trend('P16', 92, 'Referrals of children at risk, from year to year', 'sum(referrals)', people,
    where="client_group = 'Child at risk'") }}
union all
{{ prose_trend('P23', 90, 'Male referrals, from year to year', 'sum(referrals)', referral, where="sex = 'Male'") }}
union all
{{ prose_trend('P23', 91, 'Female referrals, from year to year', 'sum(referrals)', referral, where="sex = 'Female'") }}
union all
{{ prose_leader('P23', 92, 'Most common need of adults', 'need', 'referrals_with_need', need, "life_stage = 'Adult'") }}
union all
{{ prose_leader('P23', 93, 'Most common need of children and young people', 'need', 'referrals_with_need', need,
    "life_stage = 'Child or young person'") }}
