with victims_of_offence as (
    select
        crime_reference,
        bool_or(age_group = '0-17') as has_child_victim,
        bool_or(age_group not in ('0-17', 'Unknown')) as has_adult_victim
    from {{ ref('fct_victim') }}
    where is_serious_violence
    group by crime_reference
)

select
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    offence.committed_hour,
    weekday.day_of_week,
    weekday.day_name,
    count(*) as offences,
    count(case when victims.has_child_victim then 1 end) as offences_with_child_victim,
    count(case when victims.has_adult_victim then 1 end) as offences_with_adult_victim
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
inner join {{ ref('day_of_week') }} as weekday
    on offence.committed_day_of_week = weekday.day_of_week
left join victims_of_offence as victims
    on offence.crime_reference = victims.crime_reference
where offence.is_serious_violence
group by all
