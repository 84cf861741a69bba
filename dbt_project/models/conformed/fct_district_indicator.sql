{#-
    What each fact contributes: what names a month's delivery and how many of them make a year, and of every indicator the
    condition of the rows that it counts, and of a share the condition of the rows that it is a share of. What an indicator is
    called and means: seed profile_indicator. People have no month of their own: they belong to their offences' year.
-#}
{% set sources = [
    ('fct_offence', 'recorded_month', 12, [
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
        ('positive_outcome', 'is_serious_violence and is_positive_outcome', 'is_serious_violence'),
    ]),
    ('fct_victim', none, 12, [
        ('victims', 'is_serious_violence', none),
        ('child_victims', "is_serious_violence and age_group = '0-17'", none),
        ('female_victims', "is_serious_violence and sex = 'Female'", "is_serious_violence and sex <> 'Unknown'"),
    ]),
    ('fct_suspect', none, 12, [
        ('suspects', 'is_serious_violence', none),
        ('child_suspects', "is_serious_violence and age_group = '0-17'", none),
    ]),
    ('fct_force_stop_search', 'month_start', 12, [
        ('stop_searches', 'true', none),
        ('weapon_found', 'is_weapon_found_as_sought', "search_reason = 'Offensive weapons'"),
    ]),
    ('fct_ed_attendance', 'feed || cast(month_start as varchar)', 12 * hospital_models() | length,
        [('ed_attendances', 'true', none)]),
    ('fct_ambulance_call', 'month_start', 12, [('ambulance_calls', 'true', none)]),
    ('fct_fire_incident', 'month_start', 12, [
        ('deliberate_fires', "incident_kind = 'Deliberate fire'", none),
        ('malicious_false_alarms', "incident_kind = 'Malicious false alarm'", none),
        ('attacks_on_firefighters', 'has_attack_on_firefighters', none),
    ]),
] %}

with {% for fact, delivery, deliveries, indicators in sources %}
    {{ fact }}_counted as (
        select
            financial_year,
            district_code,
            {% for indicator_id, counted, base in indicators %}
                count(case when {{ counted }} then 1 end) as {{ indicator_id }},
                {% if base %}count(case when {{ base }} then 1 end) as {{ indicator_id }}_base,{% endif %}
            {% endfor %}
            count(*) as fact_rows
        from {{ ref(fact) }}
        where financial_year is not null
        group by financial_year, district_code
    ),
{% endfor %}

-- A year of which some month was not delivered can be shown, and compared with nothing.
delivered as (
    {% for fact, delivery, deliveries, indicators in sources %}
        select
            '{{ fact }}' as fact,
            financial_year,
            count(distinct {{ delivery or 'recorded_month' }}) = {{ deliveries }} as is_whole_year
        from {{ ref(fact if delivery else 'fct_offence') }}
        group by financial_year
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    {% for fact, delivery, deliveries, indicators in sources %}
        {% for indicator_id, counted, base in indicators %}
            select
                '{{ indicator_id }}' as indicator_id,
                '{{ fact }}' as fact,
                financial_year,
                district_code,
                {{ indicator_id }} as numerator,
                {{ indicator_id ~ '_base' if base else 'cast(null as bigint)' }} as denominator
            from {{ fact }}_counted
            union all
        {% endfor %}
    {% endfor %}
    select
        'probation_cases' as indicator_id,
        'fct_probation_case_count' as fact,
        financial_year,
        category as district_code,
        cases as numerator,
        cast(null as bigint) as denominator
    from {{ ref('fct_probation_case_count') }}
    where breakdown = 'District' and cases is not null

    union all

    -- The index has no year of its own deliveries: 2019/20 is the year in which it was published.
    select
        'most_deprived_fifth' as indicator_id,
        'dim_lsoa' as fact,
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
    on counted.fact = delivered.fact and counted.financial_year = delivered.financial_year
