{%- set kinds = [('attendances', 'hospitals'), ('calls', 'ambulances')] %}
{% set breakdowns = [
    ('Month', "strftime(compared.month_start, '%B')", '(month(compared.month_start) + 8) % 12 + 1'),
    ('Day of week', "coalesce(weekday.day_name, 'Unknown')", 'coalesce(compared.day_of_week, 99)'),
    ('Hour of day', "coalesce(lpad(cast(compared.hour_of_day as varchar), 2, '0'), 'Unknown')",
        'coalesce(compared.hour_of_day, 99)'),
] %}
{% set both = 'counted.events + counted.violence_with_injury_offences' -%}

-- Two agencies are compared over the report's years of which both delivered all months: every month weighs the same.
with whole_year as (
    {{ whole_years() }}
),

event as (
    select
        'police' as seen_by,
        offence.financial_year,
        offence.district_code,
        offence.recorded_month as month_start,
        offence.committed_day_of_week as day_of_week,
        offence.committed_hour as hour_of_day
    from {{ ref('fct_offence') }} as offence
    inner join {{ ref('violence_group') }} as violence
        on offence.recorded_crime_group = violence.recorded_crime_group
    where violence.with_injury

    union all

    select
        'hospitals' as seen_by,
        financial_year,
        district_code,
        month_start,
        arrived_day_of_week as day_of_week,
        arrived_hour as hour_of_day
    from {{ ref('fct_ed_attendance') }}

    union all

    select
        'ambulances' as seen_by,
        financial_year,
        district_code,
        month_start,
        called_day_of_week as day_of_week,
        called_hour as hour_of_day
    from {{ ref('fct_ambulance_call') }}
),

compared as (
    {% for kind, agency in kinds %}
        select
            '{{ kind }}' as kind,
            event.*
        from event
        inner join whole_year
            on event.financial_year = whole_year.financial_year
        where
            event.seen_by in ('police', '{{ agency }}') and whole_year.police and whole_year.{{ agency }}
            and event.financial_year between '{{ var("report_first_year") }}' and '{{ var("report_last_year") }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

timed as (
    {% for breakdown, category, category_order in breakdowns %}
        select
            compared.kind,
            compared.seen_by,
            compared.financial_year,
            compared.district_code,
            '{{ breakdown }}' as breakdown,
            {{ category }} as category,
            {{ category_order }} as category_order
        from compared
        left join {{ ref('day_of_week') }} as weekday
            on compared.day_of_week = weekday.day_of_week
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- The county includes what has no known district, since it happened there.
counted as (
    select
        timed.kind,
        coalesce(district.district_code, 'County') as district_code,
        coalesce(district.district, {{ area_name() }}) as district,
        coalesce(district.area, {{ area_name() }}) as area,
        grouping(district.district_code) = 1 as is_total,
        timed.breakdown,
        timed.category,
        timed.category_order,
        count(case when timed.seen_by = 'police' then 1 end) as violence_with_injury_offences,
        count(case when timed.seen_by <> 'police' then 1 end) as events
    from timed
    inner join {{ ref('dim_district') }} as district
        on timed.district_code = district.district_code
    where district.is_in_county or district.district_code = 'Unknown'
    group by grouping sets (
        (timed.kind, timed.breakdown, timed.category, timed.category_order),
        (
            timed.kind, timed.breakdown, timed.category, timed.category_order,
            district.district_code, district.district, district.area
        )
    )
),

spanned as (
    select
        kind,
        min(financial_year) as first_year,
        max(financial_year) as last_year,
        count(distinct financial_year) as years
    from compared
    group by kind
),

limited as (
    select
        counted.*,
        spanned.first_year,
        spanned.last_year,
        spanned.years,
        100.0 * counted.events / nullif(counted.violence_with_injury_offences, 0) as ratio,
        {{ odds(wilson_lower('counted.events', both)) }} as ratio_lower_95,
        {{ odds(wilson_upper('counted.events', both)) }} as ratio_upper_95,
        100.0 * sum(counted.events) over whole / nullif(sum(counted.violence_with_injury_offences) over whole, 0)
            as ratio_of_all,
        sum(counted.events) over whole as all_events,
        sum({{ both }}) over whole as all_of_both
    from counted
    inner join spanned
        on counted.kind = spanned.kind
    window whole as (partition by counted.kind, counted.breakdown, counted.district_code)
),

-- A category is a part of all of them: it is compared with the others.
tested as (
    select
        *,
        {{ shares_test(
            'events', 'events + violence_with_injury_offences', 'all_events - events',
            'all_of_both - events - violence_with_injury_offences'
        ) }} as p_value
    from limited
),

judged as (
    {{ adjusted('tested', 'kind, breakdown') }}
)

select
    kind,
    district_code,
    district,
    area,
    is_total,
    breakdown,
    category,
    cast(category_order as smallint) as category_order,
    first_year,
    last_year,
    cast(years as smallint) as year_count,
    violence_with_injury_offences,
    events,
    round(ratio, 1) as per_100_offences,
    round(ratio_lower_95, 1) as per_100_offences_lower_95,
    round(ratio_upper_95, 1) as per_100_offences_upper_95,
    round(ratio_of_all, 1) as per_100_offences_of_all,
    p_value,
    q_value,
    {{ benchmark_word('ratio_of_all', 'ratio') }} as versus_all
from judged
