-- Victims (T10, T11) and suspects (T20, T21) by five-year age band: by year, and by offence type all years together.
-- The print leaves out those under 1, over 95 and of unknown age.
with age_band as (
    select distinct
        age_band as row_label,
        age_band_order as row_order
    from {{ ref('dim_age_band') }}
),

{% for people in ['victims', 'suspects'] %}
    {{ people }}_by_year as (
        select
            financial_year,
            age_band as row_label,
            sum({{ people }}) as count
        from {{ ref(people) }}
        group by financial_year, age_band
    ),

    {{ people }}_by_type as (
        select
            report_year.report_id,
            people.age_band,
            people.offence_type,
            sum(people.{{ people }}) as count
        from {{ ref(people) }} as people
        inner join {{ ref('report_year') }} as report_year
            on people.financial_year = report_year.financial_year
        group by report_year.report_id, people.age_band, people.offence_type
    ),

    {{ people }}_year as (
        {{ delivered_years(people) }}
    ){{ '' if loop.last else ',' }}
{% endfor %}

{% for people, by_year, by_type in [('victims', 'T10', 'T11'), ('suspects', 'T20', 'T21')] %}
    {{ year_table(by_year, 'age_band', people ~ '_by_year', 'financial_year_long', years=people ~ '_year') }}

    union all

    select
        report.report_id,
        '{{ by_type }}' as table_id,
        '' as row_group,
        age_band.row_label,
        age_band.row_order,
        offence_type.short_label as column_label,
        offence_type.sort_order as column_order,
        'count' as unit,
        coalesce(counted.count, 0) as numerator,
        1 as denominator
    from age_band
    cross join {{ ref('offence_type') }} as offence_type
    cross join {{ ref('report_window') }} as report
    left join {{ people }}_by_type as counted
        on
            report.report_id = counted.report_id
            and age_band.row_label = counted.age_band
            and offence_type.offence_type = counted.offence_type
    where report.report_id in (select delivered.report_id from {{ people }}_by_type as delivered)
    {% if not loop.last %}union all{% endif %}
{% endfor %}
