-- One line per series: its name, what is counted, the fact, the month it goes by, and which of its rows.
{% set series = [
    ("'Serious violence'", 'offences', 'fct_offence', 'recorded_month', 'is_serious_violence'),
    ("'Serious violence: ' || offence_type", 'offences', 'fct_offence', 'recorded_month', 'is_serious_violence'),
    ("'Knife crime'", 'offences', 'fct_offence', 'recorded_month', 'is_serious_violence and is_knife_crime'),
    ("'Stop searches'", 'searches', 'fct_force_stop_search', 'month_start', 'true'),
    ("'Assault attendances: ' || hospital", 'attendances', 'fct_ed_attendance', 'month_start', 'true'),
    ("'Ambulance calls for assault'", 'calls', 'fct_ambulance_call', 'month_start', 'true'),
    ("'Fire service: ' || incident_kind", 'incidents', 'fct_fire_incident', 'month_start', 'true'),
] %}

with counted as (
    {% for name, counted, fact, month, rows in series %}
        select
            {{ name }} as series,
            '{{ counted }}' as counted,
            '{{ fact }}' as fact,
            district_code,
            {{ month }} as month_start,
            count(*) as value
        from {{ ref(fact) }}
        where {{ rows }}
        group by all
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A month in which the fact has rows, but the series none, is a 0; a month before or after the fact is not there.
delivered as (
    {% for same in series | groupby(2) %}
        select
            '{{ same.grouper }}' as fact,
            min({{ same.list[0][3] }}) as first_month,
            max({{ same.list[0][3] }}) as last_month
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
        counted,
        fact,
        district_code
    from counted
)

select
    places.series,
    places.counted,
    places.district_code,
    calendar.month_start,
    calendar.financial_year,
    coalesce(counted.value, 0) as value
from places
inner join delivered
    on places.fact = delivered.fact
inner join calendar
    on calendar.month_start between delivered.first_month and delivered.last_month
left join counted
    on
        places.series = counted.series
        and places.district_code = counted.district_code
        and calendar.month_start = counted.month_start
