{#-
    One line per series: its name, what is counted, the feed type, the fact, the month it goes by, which of its rows, and the column of
    the fact that names who delivers, where several do. Those that no trend mart shows are compared by year in others.
-#}
{% set series = [
    ("'Serious violence'", 'offences', 'crimes', 'fct_offence', 'recorded_month', 'is_serious_violence', "''"),
    ("'Serious violence: ' || offence_type", 'offences', 'crimes', 'fct_offence', 'recorded_month', 'is_serious_violence',
        "''"),
    ("'Knife crime'", 'offences', 'crimes', 'fct_offence', 'recorded_month', 'is_serious_violence and is_knife_crime', "''"),
    ("'Stop searches'", 'searches', 'stop_searches', 'fct_force_stop_search', 'month_start', 'true', "''"),
    ("'Assault attendances: ' || hospital", 'attendances', 'ed_assaults', 'fct_ed_attendance', 'month_start', 'true',
        'feed'),
    ("'Ambulance calls for assault'", 'calls', 'assault_calls', 'fct_ambulance_call', 'month_start', 'true', "''"),
    ("'Fire service: ' || incident_kind", 'incidents', 'incidents', 'fct_fire_incident', 'month_start', 'true', "''"),
] %}
{% set others = [
    ("'Assault attendances'", 'attendances', 'ed_assaults', 'fct_ed_attendance', 'month_start',
        'month_start in ' ~ months_of_all_hospitals(), "''"),
    ("'Attacks on firefighters'", 'incidents', 'incidents', 'fct_fire_incident', 'month_start',
        'has_attack_on_firefighters', "''"),
    ("'Victims'", 'victims', 'victims', 'fct_victim', month_of('recorded_at'), 'is_serious_violence', "''"),
    ("'Victims under 18'", 'victims', 'victims', 'fct_victim', month_of('recorded_at'),
        "is_serious_violence and age_group = '0-17'", "''"),
    ("'Suspects'", 'suspects', 'suspects', 'fct_suspect', month_of('recorded_at'), 'is_serious_violence', "''"),
    ("'Suspects under 18'", 'suspects', 'suspects', 'fct_suspect', month_of('recorded_at'),
        "is_serious_violence and age_group = '0-17'", "''"),
] %}
{% set columns = 'series, measure, feed_type, is_trend, district_code' -%}

with counted as (
    {% for name, measure, feed_type, fact, month, rows, sender in series + others %}
        select
            {{ name }} as series,
            '{{ measure }}' as measure,
            '{{ feed_type }}' as feed_type,
            {{ loop.index <= series | length }} as is_trend,
            '{{ fact }}' as fact,
            {{ sender }} as sender,
            district_code,
            {{ month }} as month_start,
            count(*) as events
        from {{ ref(fact) }}
        where {{ rows }}
        group by all

        union all
    {% endfor %}
    -- What other definitions of violence count; and crime of the night, in the months of which any crime was delivered.
    select
        {{ definition_series('counted.definition_id') }} as series,
        'offences' as measure,
        'crimes' as feed_type,
        false as is_trend,
        'fct_offence' as fact,
        '' as sender,
        offence.district_code,
        offence.recorded_month as month_start,
        count(*) as events
    from {{ ref('bridge_offence_definition') }} as counted
    inner join {{ ref('fct_offence') }} as offence
        on counted.crime_reference = offence.crime_reference
    where counted.is_counted and counted.definition_id <> '{{ var("definition_id") }}'
    group by all

    union all

    select
        'Night-time economy' as series,
        'offences' as measure,
        'crimes' as feed_type,
        false as is_trend,
        'fct_offence' as fact,
        '' as sender,
        district_code,
        recorded_month as month_start,
        count(*) as events
    from {{ ref('fct_nte_crime') }}
    group by all
),

-- A month in which the fact has rows of the sender, but the series none, is a 0; a month without is not there. Nor is
-- one of several agencies that one of them has not delivered.
delivered as (
    select distinct
        'fct_offence' as fact,
        '' as sender,
        recorded_month as month_start
    from {{ ref('fct_offence') }}
    {% for fact, lines in (series + others) | rejectattr(3, 'equalto', 'fct_offence') | groupby(3) %}
        {% for _, _, _, _, month, rows, sender in lines | unique(attribute=6) %}
            union all

            select distinct
                '{{ fact }}' as fact,
                {{ sender }} as sender,
                {{ month }} as month_start
            from {{ ref(fact) }}
            {% if fact == 'fct_ed_attendance' and sender == "''" %}where {{ rows }}{% endif %}
        {% endfor %}
    {% endfor %}
),

calendar as (
    select distinct
        month_start,
        financial_year
    from {{ ref('dim_date') }}
),

places as (
    select distinct
        {{ columns }},
        fact,
        sender
    from counted
)

select
    places.series,
    places.measure,
    places.feed_type,
    places.is_trend,
    places.district_code,
    calendar.month_start,
    calendar.financial_year,
    cast(sum(coalesce(counted.events, 0)) as bigint) as events
from places
inner join delivered
    on places.fact = delivered.fact and places.sender = delivered.sender
inner join calendar
    on delivered.month_start = calendar.month_start
left join counted
    on
        places.series = counted.series
        and places.sender = counted.sender
        and places.district_code = counted.district_code
        and calendar.month_start = counted.month_start
left join {{ ref('incomplete_month') }} as incomplete
    on
        places.sender = ''
        and places.feed_type = incomplete.feed_type
        and calendar.month_start = incomplete.month_start
where incomplete.month_start is null
group by
    places.series, places.measure, places.feed_type, places.is_trend, places.district_code, calendar.month_start,
    calendar.financial_year
