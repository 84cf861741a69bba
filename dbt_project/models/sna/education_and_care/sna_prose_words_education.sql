-- What the prose of sections 20, 21 and 22 states in words, mostly of graphs that are lost.
{% set exclusions = "(select * from " ~ ref('school_exclusions')
    ~ " where academic_year <= '" ~ var('report_last_year') ~ "')" %}
{% set absence = ref('school_absence') %}
{% set care = in_report('childrens_social_care') %}
{% set outcomes = in_report('social_care_referral_outcomes') %}
{% set neet = "(select *, cast(calendar_year as varchar) as financial_year from " ~ ref('neet')
    ~ " where source = 'Local authorities' and calendar_year <= " ~ last_report_calendar_year() ~ " + 1)" %}
{% set by_school_year = "(select *, academic_year as financial_year from " ~ exclusions ~ ")" %}
{% set county = "area = 'Derbyshire County'" %}
{% set city = "area = 'Derby City'" %}
{% set permanent = " and exclusion_kind = 'Permanent exclusion'" %}
{% set suspension = " and exclusion_kind = 'Suspension'" %}
{% set total = 'sum(exclusions)' %}

{{ absence_everywhere(90, 'Authorised') }}
union all
{{ absence_everywhere(91, 'Unauthorised') }}
union all
{{ prose_leader('P20.1', 92, 'Age with most absence', 'category_as_sent', 'percent_of_possible_days', absence,
    "breakdown = 'Age' and academic_year = '2023/24'") }}
union all
{{ prose_leader('P20.1', 93, 'Age with least absence', 'category_as_sent', '-percent_of_possible_days', absence,
    "breakdown = 'Age' and academic_year = '2023/24'") }}
union all
{{ prose_leader('P20.1', 94, 'Ethnicity with most absence', 'category_as_sent', 'percent_of_possible_days', absence,
    "breakdown = 'Ethnicity' and academic_year = '2023/24'") }}
union all
{{ prose_leader('P20.2', 90, 'Year with most exclusions', 'academic_year', 'exclusions', exclusions,
    county ~ permanent) }}
union all
{{ prose_leader('P20.2', 91, 'Year with most suspensions', 'academic_year', 'exclusions', exclusions,
    county ~ suspension) }}
union all
{{ prose_trend('P20.2', 92, 'Exclusions in 2023/24 against 2018/19', total, by_school_year,
    where=county ~ permanent ~ " and academic_year in ('2018/19', '2023/24')") }}
union all
{{ prose_trend('P20.2', 93, 'Suspensions in 2023/24 against 2018/19', total, by_school_year,
    where=county ~ suspension ~ " and academic_year in ('2018/19', '2023/24')") }}
union all
{{ against_comparators('P20.2', 94, 'Rate of exclusions against East Midlands, neighbours and England',
    'Derbyshire County', 'Permanent exclusion', '>', 'higher', 1) }}
union all
{{ against_comparators('P20.2', 95, 'Rate of suspensions against East Midlands, neighbours and England',
    'Derbyshire County', 'Suspension', '>', 'higher', 1) }}
union all
{{ prose_trend('P20.3', 90, 'Exclusions over the last three years', total, by_school_year,
    where=city ~ permanent ~ " and academic_year >= '2021/22'") }}
union all
{{ prose_trend('P20.3', 91, 'Suspensions of primary schools over the last five years', total, by_school_year,
    where=city ~ suspension ~ " and phase = 'Primary' and academic_year >= '2019/20'") }}
union all
{{ prose_trend('P20.3', 92, 'Suspensions of secondary schools over the last five years', total, by_school_year,
    where=city ~ suspension ~ " and phase = 'Secondary' and academic_year >= '2019/20'") }}
union all
{{ against_comparators('P20.3', 93, 'Rate of exclusions over the last three years against its comparators',
    'Derby City', 'Permanent exclusion', '<', 'lower', 3) }}
union all
{{ against_comparators('P20.3', 94,
    'Rate of suspensions in the most recent year against East Midlands, neighbours and England', 'Derby City', 'Suspension', '>', 'higher', 1) }}
union all
{{ prose_trend('P21.1', 90, 'Referrals, from year to year', 'sum(cases)', care,
    where=county ~ " and measure = 'Referrals'") }}
union all
{{ prose_trend('P21.1', 91, 'Share of referrals with a strategy discussion, from year to year',
    "sum(case when outcome = 'Strategy Discussion' then referrals else 0 end)", outcomes, 'sum(referrals)', county) }}
union all
{{ prose_trend('P21.1', 92, 'Child protection plans in 2023/24 against 2021/22', 'sum(cases)', care,
    where=county ~ " and measure = 'Child protection plans' and financial_year in ('2021/22', '2023/24')") }}
union all
{{ prose_trend('P21.1', 93, 'Admissions to care, from year to year', 'sum(cases)', care,
    where=county ~ " and measure = 'Admissions to care'") }}
union all
{{ prose_trend('P21.1', 94, 'Care leavers, from year to year', 'sum(cases)', care,
    where=county ~ " and measure = 'Care leavers'") }}
union all
{{ prose_trend('P21.2', 90, 'Referrals, from year to year', '-sum(cases)', care,
    where=city ~ " and measure = 'Referrals'", rising='decreasing') }}
union all
{{ prose_trend('P21.2', 91, 'Child protection plans, from year to year', '-sum(cases)', care,
    where=city ~ " and measure = 'Child protection plans'", rising='decreasing') }}
union all
{{ prose_leader('P22', 90, 'Locality of Derbyshire County with the highest rate', 'place', 'rate_per_1000', neet,
    county ~ " and place_kind = 'Locality' and calendar_year = 2024") }}
union all
{{ prose_leader('P22', 91, 'Locality of Derbyshire County with the lowest rate', 'place', '-rate_per_1000', neet,
    county ~ " and place_kind = 'Locality' and calendar_year = 2024") }}
union all
{{ prose_leader('P22', 92, 'Ward of Derby City with the highest rate in 2024', 'place', 'percent_of_young_people', neet,
    city ~ " and place_kind = 'Ward' and calendar_year = 2024") }}
union all
{{ prose_trend('P22', 93, 'NEET rate of Derbyshire County, from year to year', '-sum(percent_of_young_people)', neet,
    where=county ~ " and place_kind = 'Area'", rising='decreasing') }}
union all
{{ prose_trend('P22', 94, 'NEET rate of Derby City, from year to year', '-sum(percent_of_young_people)', neet,
    where=city ~ " and place_kind = 'Area'", rising='decreasing') }}
