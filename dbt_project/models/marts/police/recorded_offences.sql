with offence as (
    select * from {{ ref('fct_offence') }}
    where offence_type is not null
),

victim as (
    select
        victim.crime_reference,
        age_band.age_group_code,
        victim.sex,
        row_number() over (
            partition by victim.crime_reference
            order by victim.age nulls last, victim.sex
        ) as age_rank
    from {{ ref('fct_victim') }} as victim
    {{ join_age('victim') }}
    where victim.offence_type is not null
)

select
    offence.recorded_month as month_start,
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    ward.ward_code,
    ward.ward_name,
    offence.offence_code,
    offence.offence_type,
    offence.offence_subtype,
    offence.is_serious_violence,
    offence.is_domestic_abuse,
    offence.is_knife_crime,
    offence.weapon,
    offence.has_alcohol_qualifier,
    offence.has_drugs_qualifier,
    offence.committed_day_of_week as day_of_week,
    coalesce(weekday.day_name, 'Unknown') as day_name,
    offence.committed_hour,
    {{ hour_band('offence.committed_hour') }} as hour_band,
    coalesce(offence.location_type, 'Unknown') as location_type,
    offence.relationship,
    {% set has_outcome = has_outcomes_delivered('offence') %}
    case when {{ has_outcome }} then offence.outcome_group else 'Unknown' end as outcome_group,
    case when {{ has_outcome }} then offence.is_positive_outcome end as is_positive_outcome,
    victim.crime_reference is not null as has_known_victim,
    coalesce(victim.age_group_code, 'Unknown') as age_group_code,
    coalesce(victim.sex, 'Unknown') as sex,
    count(*) as offences
from offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
inner join {{ ref('dim_ward') }} as ward
    on offence.ward_code = ward.ward_code
left join {{ ref('day_of_week') }} as weekday
    on offence.committed_day_of_week = weekday.day_of_week
left join victim
    on offence.crime_reference = victim.crime_reference and victim.age_rank = 1
group by all
