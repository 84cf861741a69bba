-- What the prose of sections 10, 13, 14, 16 and 23 states in numbers, mostly of graphs that are lost. The years are in
-- the sentences, so they are here too.
{% set derby = "hospital = 'Royal Derby Hospital'" %}
{% set chesterfield = "hospital = 'Chesterfield Royal Hospital'" %}
{% set known = sum_where("primary_means <> 'Unknown'", 'attendances') %}
{% set body = sum_where("primary_means = 'Body part'", 'attendances') %}
{% set weapon = sum_where("primary_means = 'Weapon'", 'attendances') %}
{% set fist = sum_where("assault_method = 'Fist'", 'attendances') %}
{% set night = sum_where('is_6pm_to_4am', 'attendances') %}
{% set all = 'sum(attendances)' %}
{% set ed = in_report('ed_attendances') %}
{% set hour = in_report('ed_attendances_by_hour') %}
{% set age = in_report('ed_attendances_single_year_of_age') %}
{% set search = in_report('force_stop_searches_by_person') %}
{% set young = "search_age_group in ('10-17', '18-24')" %}
{% set conveyed = in_report('ambulance_conveyances') %}
{% set call = in_report('ambulance_calls_by_person') %}
{% set fire = in_report('fire_incidents') %}
{% set referral = in_report('liaison_referrals') %}
{% set need = in_report('liaison_needs') %}
{% set violence = "is_violence_or_possession and financial_year = '2023/24' and need = 'Mental health'" %}
{% set adult = "life_stage = 'Adult'" %}
{% set child = "life_stage = 'Child or young person'" %}
{% set probation = in_report('probation_cases') %}
{% set probation_person = in_report('probation_cases_by_person') %}
{% set probation_age = in_report('probation_cases_by_age_and_sentence') %}
{% set per_month = '12 * count(distinct financial_year)' %}

{% set statements = [
    ('P10', 'Offensive weapons found', 'Average per year', 'rate',
        'sum(weapons_found_as_sought)', search, 'count(distinct financial_year)', 'true'),
    ('P10', 'Offensive weapon found on people aged 10 to 24', 'Share of searches', 'percent',
        sum_where(young, 'weapons_found_as_sought'), search,
        sum_where("search_age_group <> 'Unknown'", 'weapons_found_as_sought'), 'true'),
    ('P13.1', 'Attendances', 'Count', 'count', all, ed, '1', derby),
    ('P13.1', 'Attendances', 'Average per month', 'rate', all, ed, per_month, derby),
    ('P13.1', 'Attendances in March 2023', 'Count', 'count', all, ed, '1', derby ~ " and month_start = '2023-03-01'"),
    ('P13.1', 'Attendances in March 2024', 'Count', 'count', all, ed, '1', derby ~ " and month_start = '2024-03-01'"),
    ('P13.1', 'Attendances from Friday to Sunday', 'Share', 'percent',
        sum_where('is_friday_to_sunday', 'attendances'), hour, all, derby),
    ('P13.1', 'Attendances arriving between 6pm and 4am', 'Share', 'percent', night, hour, all, derby),
    ('P13.1', 'Attendances of adults aged 18 to 30', 'Share', 'percent',
        sum_where('age between 18 and 30', 'attendances'), age, all, derby),
    ('P13.1', 'Attendances with a known method', 'Share', 'percent', known, ed, all, derby),
    ('P13.1', 'Assaults by a body part', 'Count', 'count', body, ed, '1', derby),
    ('P13.1', 'Assaults by a body part', 'Share of known methods', 'percent', body, ed, known, derby),
    ('P13.1', 'Assaults by a weapon', 'Count', 'count', weapon, ed, '1', derby),
    ('P13.1', 'Assaults by a fist', 'Share of known methods', 'percent', fist, ed, known, derby),
    ('P13.2', 'Attendances', 'Count', 'count', all, ed, '1', chesterfield),
    ('P13.2', 'Attendances', 'Average per month', 'rate', all, ed, per_month, chesterfield),
    ('P13.2', 'Attendances arriving between 6pm and 4am', 'Share', 'percent', night, hour, all, chesterfield),
    ('P13.2', 'Attendances of people aged 16 to 31', 'Share', 'percent',
        sum_where('age between 16 and 31', 'attendances'), age, all, chesterfield),
    ('P13.2', 'Assaults by a body part', 'Count', 'count', body, ed, '1', chesterfield),
    ('P13.2', 'Assaults by a weapon', 'Count', 'count', weapon, ed, '1', chesterfield),
    ('P13.2', 'Assaults by a fist', 'Share of known methods', 'percent', fist, ed, known, chesterfield),
    ('P13.3', 'Calls about female patients', 'Increase from 2021/22 to 2023/24', 'count',
        change_where("sex = 'Female'", 'calls', '2021/22', '2023/24'), call, '1', 'true'),
    ('P13.3', 'Patients taken to hospitals outside Derbyshire', 'Share of conveyed', 'percent',
        sum_where('not is_hospital_in_county', 'calls'), conveyed, 'sum(calls)', 'true'),
    ('P13.3', 'Patients taken to Royal Derby or Chesterfield Royal', 'Share of conveyed', 'percent',
        sum_where('is_hospital_in_county', 'calls'), conveyed, 'sum(calls)', 'true'),
    ('P14', 'Cases', 'Average per year', 'rate', 'sum(cases)', probation, 'count(distinct financial_year)', 'true'),
    ('P14', 'Cases in the Derbyshire Dales in 2022/23', 'Count', 'count', 'sum(cases)', probation, '1',
        "district = 'Derbyshire Dales' and financial_year = '2022/23'"),
    ('P14', 'Cases in the Derbyshire Dales in 2023/24', 'Count', 'count', 'sum(cases)', probation, '1',
        "district = 'Derbyshire Dales' and financial_year = '2023/24'"),
    ('P14', 'Cases in Erewash in 2023/24', 'Count', 'count', 'sum(cases)', probation, '1',
        "district = 'Erewash' and financial_year = '2023/24'"),
    ('P14', 'Cases of people aged 21 to 24 in 2021/22', 'Count', 'count', 'sum(cases)', probation_age, '1',
        "age_group = '21-24' and financial_year = '2021/22'"),
    ('P14', 'Cases of people aged 21 to 24 in 2022/23', 'Count', 'count', 'sum(cases)', probation_age, '1',
        "age_group = '21-24' and financial_year = '2022/23'"),
    ('P14', 'Cases of people aged 21 to 24 in 2023/24', 'Count', 'count', 'sum(cases)', probation_person, '1',
        "breakdown = 'Age group' and category = '21-24' and financial_year = '2023/24'"),
    ('P16', 'Decrease of deliberate fires from 2022/23 to 2023/24', 'Percentage', 'percent',
        '-(' ~ change_where("incident_kind = 'Deliberate fire'", 'incidents', '2022/23', '2023/24') ~ ')', fire,
        sum_where("incident_kind = 'Deliberate fire' and financial_year = '2022/23'", 'incidents'), 'true'),
    ('P23', 'Referrals in 2023/24', 'Count', 'count', 'sum(referrals)', referral, '1', "financial_year = '2023/24'"),
    ('P23', 'Referrals in 2023/24 with previous contact', 'Count', 'count', 'sum(referrals)', referral, '1',
        "financial_year = '2023/24' and has_previous_contact"),
    ('P23', 'Increase of adult referrals from 2021/22 to 2023/24', 'Percentage', 'percent',
        change_where(adult, 'referrals', '2021/22', '2023/24'), referral,
        sum_where(adult ~ " and financial_year = '2021/22'", 'referrals'), 'true'),
    ('P23', 'Increase of referrals of children and young people from 2021/22 to 2023/24', 'Percentage', 'percent',
        change_where(child, 'referrals', '2021/22', '2023/24'), referral,
        sum_where(child ~ " and financial_year = '2021/22'", 'referrals'), 'true'),
    ('P23', 'Referrals for violence or possession in 2023/24: adults with a mental-health need', 'Count', 'count',
        'sum(referrals_with_need)', need, '1', violence ~ ' and ' ~ adult),
    ('P23', 'Referrals for violence or possession in 2023/24: children and young people with a mental-health need',
        'Count', 'count', 'sum(referrals_with_need)', need, '1', violence ~ ' and ' ~ child),
    ('P23', 'Referrals for violence or possession in 2023/24 with a mental-health need', 'Share', 'percent',
        'sum(referrals_with_need)', need, 'sum(referrals)', violence),
] %}

{% for table_id, row_label, column_label, unit, numerator, relation, denominator, where in statements %}
    {{ prose_number(table_id, loop.index, row_label, column_label, unit, numerator, relation, denominator, where) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
