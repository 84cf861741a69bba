-- What the prose of sections 20, 21 and 22 states in numbers, mostly of graphs that are lost. The years are in the
-- sentences, so they are here too. What was delivered as a share gets no factor 100 a second time.
{% set county = "area = 'Derbyshire County'" %}
{% set city = "area = 'Derby City'" %}
{% set last_year = " and academic_year = '2023/24'" %}
{% set reason = ref('school_exclusions') %}
{% set absence = ref('school_absence') %}
{% set care = ref('childrens_social_care') %}
{% set plans = ref('care_leaver_plans') %}
{% set neet = "(select * from " ~ ref('neet') ~ " where source = 'Local authorities')" %}
{% set attended = "absence_kind = 'Attendance'" %}
{% set disruptive = "reason = 'Persistent disruptive behaviour'" %}
{% set verbal = "reason = 'Verbal abuse/threatening behaviour against an adult'" %}
{% set physical = "reason = 'Physical assault against a pupil'" %}
{% set all = 'sum(exclusions)' %}
{% set suspended = city ~ last_year ~ " and exclusion_kind = 'Suspension'" %}
{% set plan = "measure = 'Child protection plans'" %}
{% set admission = "measure = 'Admissions to care'" %}
{% set whole_city = city ~ " and place_kind = 'Area'" %}
{% set whole_county = county ~ " and place_kind = 'Area'" %}
{% set in_ward = city ~ " and place_kind = 'Ward' and calendar_year = 2024" %}
{% set neet_thousandths = 'sum(cast(1000 * percent_of_young_people as bigint))' %}

{% set statements = [
    ('P20.1', 'Increase of attendance from 2021/22 to 2023/24', 'Percentage points', 'percent',
        'sum(case academic_year when ' ~ "'2023/24'" ~ ' then 100 when ' ~ "'2021/22'" ~ ' then -100 else 0 end'
        ~ ' * percent_of_possible_days)', absence, '10000', attended),
    ('P20.2', 'Persistent disruptive behaviour', 'Share', 'percent',
        sum_where(disruptive, 'exclusions'), reason, all, county ~ last_year),
    ('P20.2', 'Verbal abuse or threats against an adult', 'Share', 'percent',
        sum_where(verbal, 'exclusions'), reason, all, county ~ last_year),
    ('P20.2', 'Physical assault against a pupil', 'Share', 'percent',
        sum_where(physical, 'exclusions'), reason, all, county ~ last_year),
    ('P20.3', 'Suspensions in the primary setting in 2023/24', 'Count', 'count', all, reason, '1',
        suspended ~ " and phase = 'Primary'"),
    ('P20.3', 'Suspensions in the secondary setting in 2023/24', 'Count', 'count', all, reason, '1',
        suspended ~ " and phase = 'Secondary'"),
    ('P20.3', 'Persistent disruptive behaviour', 'Share', 'percent',
        sum_where(disruptive, 'exclusions'), reason, all, city ~ last_year),
    ('P20.3', 'Verbal abuse or threats against an adult', 'Share', 'percent',
        sum_where(verbal, 'exclusions'), reason, all, city ~ last_year),
    ('P20.3', 'Physical assault against a pupil', 'Share', 'percent',
        sum_where(physical, 'exclusions'), reason, all, city ~ last_year),
    ('P21.1', 'Increase of care leavers with an EHCP from 2021/22 to 2023/24', 'Percentage points', 'percent',
        'sum(case financial_year when ' ~ "'2023/24'" ~ ' then 100 when ' ~ "'2021/22'" ~ ' then -100 else 0 end'
        ~ ' * percent_of_care_leavers)', plans, '10000', county),
    ('P21.2', 'Decrease of child protection plans from 2021/22 to 2023/24', 'Percentage', 'percent',
        '-(' ~ change_where(plan, 'cases', '2021/22', '2023/24') ~ ')', care,
        sum_where(plan ~ " and financial_year = '2021/22'", 'cases'), city),
    ('P21.2', 'Increase of admissions to care from 2021/22 to 2023/24', 'Percentage', 'percent',
        change_where(admission, 'cases', '2021/22', '2023/24'), care,
        sum_where(admission ~ " and financial_year = '2021/22'", 'cases'), city),
    ('P22', 'NEET rate of Derbyshire County in 2021', 'Share', 'percent', neet_thousandths, neet, '100000',
        whole_county ~ ' and calendar_year = 2021'),
    ('P22', 'NEET rate of Derbyshire County in 2024', 'Share', 'percent', neet_thousandths, neet, '100000',
        whole_county ~ ' and calendar_year = 2024'),
    ('P22', 'NEET rate of Derby City in 2022', 'Share', 'percent', neet_thousandths, neet, '100000',
        whole_city ~ ' and calendar_year = 2022'),
    ('P22', 'NEET rate of Derby City in 2024', 'Share', 'percent', neet_thousandths, neet, '100000',
        whole_city ~ ' and calendar_year = 2024'),
    ('P22', 'Average NEET rate of the wards of Derby City in 2024', 'Share', 'percent', neet_thousandths, neet,
        'count(*) * 100000', in_ward),
    ('P22', 'Highest NEET rate of a ward of Derby City in 2024', 'Times the average', 'rate',
        'max(cast(1000 * percent_of_young_people as bigint)) * count(*)', neet, neet_thousandths, in_ward),
] %}

{% for table_id, row_label, column_label, unit, numerator, relation, denominator, where in statements %}
    {{ prose_number(table_id, loop.index, row_label, column_label, unit, numerator, relation, denominator, where) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
