with victims_of_offence as (
    select
        crime_reference,
        bool_or(age_group = '0-17') as has_child_victim,
        bool_or(age_group not in ('0-17', 'Unknown')) as has_adult_victim
    from {{ ref('fct_victim') }}
    where is_serious_violence
    group by crime_reference
),

recorded as (
    select distinct
        financial_year,
        recorded_month
    from {{ ref('fct_offence') }}
),

delivered as (
    select distinct cast(date_trunc('month', recorded_at) as date) as month_start
    from {{ ref('fct_victim') }}
),

-- Without the victims of every month of a year, nobody knows how many of its offences have any.
with_victims as (
    select
        recorded.financial_year,
        bool_and(delivered.month_start is not null) as are_delivered
    from recorded
    left join delivered
        on recorded.recorded_month = delivered.month_start
    group by recorded.financial_year
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
    case when with_victims.are_delivered then count(case when victims.has_child_victim then 1 end) end
        as offences_with_child_victim,
    case when with_victims.are_delivered then count(case when victims.has_adult_victim then 1 end) end
        as offences_with_adult_victim
from {{ ref('fct_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
inner join {{ ref('day_of_week') }} as weekday
    on offence.committed_day_of_week = weekday.day_of_week
inner join with_victims
    on offence.financial_year = with_victims.financial_year
left join victims_of_offence as victims
    on offence.crime_reference = victims.crime_reference
where offence.is_serious_violence
group by
    offence.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence.offence_type,
    offence.committed_hour,
    weekday.day_of_week,
    weekday.day_name,
    with_victims.are_delivered
