{#-
    What each fact contributes: a name, which rows of which fact are delivered for it, the month that they belong to, and of
    every indicator the condition of the rows that it counts, and of a share the condition of the rows that it is a share of.
    What an indicator is called and means: seed profile_indicator. Attendances of a month are counted once all hospitals have
    sent it, and outcomes of the months for which they were delivered: without, none is not 0. Nor is what one of several agencies
    has counted in a month the area's, while another has not delivered it.
-#}
{% set month_recorded = "date_trunc('month', recorded_at)" %}
{% set sources = [
    ('offence', 'fct_offence', is_delivered_by_all('crimes', 'recorded_month'), 'recorded_month', [
        ('serious_violence', 'is_serious_violence', none),
        ('homicide', "is_serious_violence and offence_type = 'Homicide'", none),
        ('possession_of_weapons', "is_serious_violence and offence_type = 'Possession of weapons offences'", none),
        ('robbery_business', "is_serious_violence and offence_type = 'Robbery of business property'", none),
        ('robbery_personal', "is_serious_violence and offence_type = 'Robbery of personal property'", none),
        ('violence_with_injury', "is_serious_violence and offence_type = 'Violence with injury'", none),
        ('knife_crime', 'is_serious_violence and is_knife_crime', none),
        ('alcohol_or_drugs', 'is_serious_violence and (has_alcohol_qualifier or has_drugs_qualifier)',
            'is_serious_violence'),
        ('by_stranger', "is_serious_violence and relationship = 'Stranger'",
            "is_serious_violence and relationship <> 'Not recorded'"),
    ]),
    ('outcome', 'fct_offence',
        has_outcomes_delivered() ~ ' and ' ~ is_delivered_by_all('crimes', 'recorded_month')
        ~ ' and ' ~ is_delivered_by_all('outcomes', 'recorded_month'),
        'recorded_month', [
        ('positive_outcome', 'is_serious_violence and is_positive_outcome', 'is_serious_violence'),
    ]),
    ('victim', 'fct_victim', is_delivered_by_all('victims', month_recorded), month_recorded, [
        ('victims', 'is_serious_violence', none),
        ('child_victims', "is_serious_violence and age_group = '0-17'", none),
        ('female_victims', "is_serious_violence and sex = 'Female'", "is_serious_violence and sex <> 'Unknown'"),
    ]),
    ('suspect', 'fct_suspect', is_delivered_by_all('suspects', month_recorded), month_recorded, [
        ('suspects', 'is_serious_violence', none),
        ('child_suspects', "is_serious_violence and age_group = '0-17'", none),
    ]),
    ('stop_search', 'fct_force_stop_search', is_delivered_by_all('stop_searches', 'month_start'), 'month_start', [
        ('stop_searches', 'true', none),
        ('weapon_found', 'is_weapon_found_as_sought', "search_reason = 'Offensive weapons'"),
    ]),
    ('ed_attendance', 'fct_ed_attendance', 'month_start in ' ~ months_of_all_hospitals(), 'month_start',
        [('ed_attendances', 'true', none)]),
    ('ambulance_call', 'fct_ambulance_call', is_delivered_by_all('assault_calls', 'month_start'), 'month_start',
        [('ambulance_calls', 'true', none)]),
    ('fire_incident', 'fct_fire_incident', is_delivered_by_all('incidents', 'month_start'), 'month_start', [
        ('deliberate_fires', "incident_kind = 'Deliberate fire'", none),
        ('malicious_false_alarms', "incident_kind = 'Malicious false alarm'", none),
        ('attacks_on_firefighters', 'has_attack_on_firefighters', none),
    ]),
] %}

with {% for name, fact, delivered, month, indicators in sources %}
    {{ name }}_counted as (
        select
            financial_year,
            district_code,
            {% for indicator_id, counted, base in indicators %}
                count(case when {{ counted }} then 1 end) as {{ indicator_id }},
                {% if base %}count(case when {{ base }} then 1 end) as {{ indicator_id }}_base,{% endif %}
            {% endfor %}
            count(*) as fact_rows
        from {{ ref(fact) }}
        where financial_year is not null and {{ delivered }}
        group by financial_year, district_code
    ),
{% endfor %}

-- A year of which some month was not delivered can be shown, and compared with nothing.
delivered as (
    {% for name, fact, delivered, month, indicators in sources %}
        select
            '{{ name }}' as source,
            financial_year,
            count(distinct {{ month }}) = 12 as is_whole_year
        from {{ ref(fact) }}
        where financial_year is not null and {{ delivered }}
        group by financial_year
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    {% for name, fact, delivered, month, indicators in sources %}
        {% for indicator_id, counted, base in indicators %}
            select
                '{{ indicator_id }}' as indicator_id,
                '{{ name }}' as source,
                financial_year,
                district_code,
                {{ indicator_id }} as numerator,
                {{ indicator_id ~ '_base' if base else 'cast(null as bigint)' }} as denominator
            from {{ name }}_counted
            union all
        {% endfor %}
    {% endfor %}
    select
        'probation_cases' as indicator_id,
        'probation_case_count' as source,
        financial_year,
        category as district_code,
        cast(sum(cases) as bigint) as numerator,
        cast(null as bigint) as denominator
    from {{ ref('fct_probation_case_count') }}
    where breakdown = 'District' and cases is not null
    group by financial_year, category

    union all

    -- The index has no year of its own deliveries: 2019/20 is the year in which it was published.
    select
        'most_deprived_fifth' as indicator_id,
        'lsoa' as source,
        '2019/20' as financial_year,
        district_code,
        count(case when imd_decile <= 2 then 1 end) as numerator,
        count(*) as denominator
    from {{ ref('dim_lsoa') }}
    where imd_decile is not null
    group by district_code
)

select
    counted.indicator_id,
    counted.financial_year,
    counted.district_code,
    counted.numerator,
    counted.denominator,
    coalesce(delivered.is_whole_year, true) as is_whole_year
from counted
left join delivered
    on counted.source = delivered.source and counted.financial_year = delivered.financial_year
