{#-
    One line per series: its name, what is counted, the fact, the month it goes by, which of its rows, and the column of the
    fact that names who delivers, where several do.
-#}
{% set series = [
    ("'Serious violence'", 'offences', 'fct_offence', 'recorded_month', 'is_serious_violence', "''"),
    ("'Serious violence: ' || offence_type", 'offences', 'fct_offence', 'recorded_month', 'is_serious_violence', "''"),
    ("'Knife crime'", 'offences', 'fct_offence', 'recorded_month', 'is_serious_violence and is_knife_crime', "''"),
    ("'Stop searches'", 'searches', 'fct_force_stop_search', 'month_start', 'true', "''"),
    ("'Assault attendances: ' || hospital", 'attendances', 'fct_ed_attendance', 'month_start', 'true', 'feed'),
    ("'Ambulance calls for assault'", 'calls', 'fct_ambulance_call', 'month_start', 'true', "''"),
    ("'Fire service: ' || incident_kind", 'incidents', 'fct_fire_incident', 'month_start', 'true', "''"),
] %}

with counted as (
    {% for name, measure, fact, month, rows, sender in series %}
        select
            {{ name }} as series,
            '{{ measure }}' as measure,
            '{{ fact }}' as fact,
            {{ sender }} as sender,
            district_code,
            {{ month }} as month_start,
            count(*) as events
        from {{ ref(fact) }}
        where {{ rows }}
        group by all
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A month in which the fact has rows of the sender, but the series none, is a 0; a month without is not there.
delivered as (
    {% for same in series | groupby(2) %}
        select distinct
            '{{ same.grouper }}' as fact,
            {{ same.list[0][5] }} as sender,
            {{ same.list[0][3] }} as month_start
        from {{ ref(same.grouper) }}
        {% if not loop.last %}union all{% endif %}
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
        series,
        measure,
        fact,
        sender,
        district_code
    from counted
)

select
    places.series,
    places.measure,
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
group by places.series, places.measure, places.district_code, calendar.month_start, calendar.financial_year
