with person as (
    select
        victim.financial_year,
        victim.age_band,
        victim.age_group,
        victim.sex,
        'police' as seen_by,
        victim.is_serious_violence,
        violence.recorded_crime_group is not null as is_violence
    from {{ ref('fct_victim') }} as victim
    inner join {{ ref('fct_offence') }} as offence
        on victim.crime_reference = offence.crime_reference
    left join {{ ref('violence_group') }} as violence
        on offence.recorded_crime_group = violence.recorded_crime_group
    where victim.is_serious_violence or violence.recorded_crime_group is not null

    union all

    select
        financial_year,
        age_band,
        age_group,
        sex,
        'hospital' as seen_by,
        false as is_serious_violence,
        false as is_violence
    from {{ ref('fct_ed_attendance') }}
    where month_start in {{ months_of_all_hospitals() }}

    union all

    select
        financial_year,
        age_band,
        age_group,
        sex,
        'ambulance' as seen_by,
        false as is_serious_violence,
        false as is_violence
    from {{ ref('fct_ambulance_call') }}
),

counted as (
    select
        person.financial_year,
        person.age_band,
        band.age_band_order,
        person.age_group,
        person.sex,
        count(case when person.is_serious_violence then 1 end) as serious_violence_victims,
        count(case when person.is_violence then 1 end) as violence_victims,
        count(case when person.seen_by = 'hospital' then 1 end) as ed_attendances,
        count(case when person.seen_by = 'ambulance' then 1 end) as ambulance_calls
    from person
    inner join {{ age_bands() }} as band
        on person.age_band = band.age_band
    group by all
),

-- A year from which nothing came has not counted nothing: a sum of 0 is left out.
of_the_year as (
    select
        financial_year,
        nullif(sum(serious_violence_victims), 0) as serious_violence_victims,
        nullif(sum(violence_victims), 0) as violence_victims,
        nullif(sum(ed_attendances), 0) as ed_attendances,
        nullif(sum(ambulance_calls), 0) as ambulance_calls
    from counted
    group by financial_year
),

-- The indicators of the same facts know whose months are all there; an agency that sent nothing has none.
whole_year as (
    select
        financial_year,
        bool_and(is_whole_year) as is_whole_year
    from {{ ref('fct_district_indicator') }}
    where indicator_id in ('serious_violence', 'victims', 'ed_attendances', 'ambulance_calls')
    group by financial_year
)

select
    counted.financial_year,
    counted.age_band,
    counted.age_band_order,
    counted.age_group,
    counted.sex,
    case when of_the_year.serious_violence_victims is not null then counted.serious_violence_victims end
        as serious_violence_victims,
    {{ pct('counted.serious_violence_victims', 'of_the_year.serious_violence_victims', 2) }}
        as serious_violence_victims_percent,
    {{ share_limits(
        'serious_violence_victims_percent', 'counted.serious_violence_victims', 'of_the_year.serious_violence_victims', places=2
    ) }},
    case when of_the_year.violence_victims is not null then counted.violence_victims end as violence_victims,
    {{ pct('counted.violence_victims', 'of_the_year.violence_victims', 2) }} as violence_victims_percent,
    {{ share_limits(
        'violence_victims_percent', 'counted.violence_victims', 'of_the_year.violence_victims', places=2
    ) }},
    case when of_the_year.ed_attendances is not null then counted.ed_attendances end as ed_attendances,
    {{ pct('counted.ed_attendances', 'of_the_year.ed_attendances', 2) }} as ed_attendances_percent,
    {{ share_limits('ed_attendances_percent', 'counted.ed_attendances', 'of_the_year.ed_attendances', places=2) }},
    case when of_the_year.ambulance_calls is not null then counted.ambulance_calls end as ambulance_calls,
    {{ pct('counted.ambulance_calls', 'of_the_year.ambulance_calls', 2) }} as ambulance_calls_percent,
    {{ share_limits('ambulance_calls_percent', 'counted.ambulance_calls', 'of_the_year.ambulance_calls', places=2) }},
    whole_year.is_whole_year
from counted
inner join of_the_year
    on counted.financial_year = of_the_year.financial_year
inner join whole_year
    on counted.financial_year = whole_year.financial_year
