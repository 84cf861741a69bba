-- T65: attendance; T66: absence by district; T67 and T68: absence by age and ethnicity; T69 and T70: main reasons for
-- exclusions and suspensions of county and city. Rows are worded as sent.
with absence as (
    select
        report.report_id,
        report.last_year,
        absence.*,
        cast(round(10000 * absence.percent_of_possible_days) as bigint) as numerator
    from {{ ref('school_absence') }} as absence
    inner join {{ ref('report_window') }} as report
        on absence.academic_year <= report.last_year
),

reason as (
    select
        report.report_id,
        excluded.area,
        excluded.reason,
        sum(excluded.exclusions) as exclusions,
        row_number() over (
            partition by report.report_id, excluded.area order by sum(excluded.exclusions) desc, excluded.reason
        ) as place
    from {{ ref('school_exclusions') }} as excluded
    inner join {{ ref('report_window') }} as report
        on excluded.academic_year = report.last_year
    group by report.report_id, excluded.area, excluded.reason
)

select
    report_id,
    'T65' as table_id,
    '' as row_group,
    category_as_sent as row_label,
    1 as row_order,
    academic_year as column_label,
    cast(left(academic_year, 4) as integer) as column_order,
    'percent' as unit,
    numerator,
    10000 as denominator,
    {{ why_empty('numerator', 'symbol') }} as symbol
from absence
where breakdown = 'All pupils' and absence_kind = 'Attendance'

union all

select
    absence.report_id,
    'T66' as table_id,
    '' as row_group,
    absence.category_as_sent as row_label,
    coalesce(district.sort_order, {{ last_position() }}) as row_order,
    replace(absence.absence_kind, ' absence', ' Absences') || ': ' || absence.academic_year as column_label,
    case absence.absence_kind when 'Authorised absence' then 0 else 10000 end
    + cast(left(absence.academic_year, 4) as integer) as column_order,
    'percent' as unit,
    absence.numerator,
    10000 as denominator,
    {{ why_empty('absence.numerator', 'absence.symbol') }} as symbol
from absence
left join {{ ref('dim_district') }} as district
    on absence.district_code = district.district_code
where absence.breakdown = 'District'

{% for table_id, breakdown, order in [
    ('T67', 'Age', 'age'),
    ('T68', 'Ethnicity', 'row_number() over (partition by report_id order by percent_of_possible_days desc)'),
] %}
    union all

    select
        report_id,
        '{{ table_id }}' as table_id,
        '' as row_group,
        category_as_sent as row_label,
        {{ order }} as row_order,
        '% of Total Absence' as column_label,
        1 as column_order,
        'percent' as unit,
        numerator,
        10000 as denominator,
        {{ why_empty('numerator', 'symbol') }} as symbol
    from absence
    where breakdown = '{{ breakdown }}' and academic_year = last_year
{% endfor %}

{% for table_id in ['T69', 'T70'] %}
    union all

    select
        report_id,
        '{{ table_id }}' as table_id,
        '' as row_group,
        reason as row_label,
        place as row_order,
        'Rank' as column_label,
        1 as column_order,
        'rank' as unit,
        place as numerator,
        1 as denominator,
        cast(null as varchar) as symbol
    from reason
    where area = {{ place_of(table_id) }} and place <= 5
{% endfor %}
