with event as (
    select
        offence.recorded_month as month_start,
        offence.financial_year,
        offence.district_code,
        offence.committed_day_of_week as day_of_week,
        offence.committed_hour as hour_of_day,
        'police' as seen_by,
        offence.is_serious_violence,
        violence.recorded_crime_group is not null as is_violence,
        coalesce(violence.with_injury, false) as is_with_injury
    from {{ ref('fct_offence') }} as offence
    left join {{ ref('violence_group') }} as violence
        on offence.recorded_crime_group = violence.recorded_crime_group
    where offence.is_serious_violence or violence.recorded_crime_group is not null

    union all

    select
        month_start,
        financial_year,
        district_code,
        arrived_day_of_week as day_of_week,
        arrived_hour as hour_of_day,
        'hospital' as seen_by,
        false as is_serious_violence,
        false as is_violence,
        false as is_with_injury
    from {{ ref('fct_ed_attendance') }}

    union all

    select
        month_start,
        financial_year,
        district_code,
        called_day_of_week as day_of_week,
        called_hour as hour_of_day,
        'ambulance' as seen_by,
        false as is_serious_violence,
        false as is_violence,
        false as is_with_injury
    from {{ ref('fct_ambulance_call') }}
),

delivered as (
    {{ months_of_agencies() }}
)

select
    event.month_start,
    event.financial_year,
    district.district_code,
    district.district,
    district.area,
    event.day_of_week,
    coalesce(weekday.day_name, 'Unknown') as day_name,
    event.hour_of_day,
    coalesce(lpad(cast(event.hour_of_day as varchar), 2, '0'), 'Unknown') as hour_label,
    case when delivered.by_police then count(case when event.is_serious_violence then 1 end) end
        as serious_violence_offences,
    case when delivered.by_police then count(case when event.is_violence then 1 end) end
        as violence_offences,
    case when delivered.by_police then count(case when event.is_with_injury then 1 end) end
        as violence_with_injury_offences,
    case when delivered.by_hospitals then count(case when event.seen_by = 'hospital' then 1 end) end
        as ed_attendances,
    case when delivered.by_ambulances then count(case when event.seen_by = 'ambulance' then 1 end) end
        as ambulance_calls
from event
inner join {{ ref('dim_district') }} as district
    on event.district_code = district.district_code
inner join delivered
    on event.month_start = delivered.month_start
left join {{ ref('day_of_week') }} as weekday
    on event.day_of_week = weekday.day_of_week
group by
    event.month_start,
    event.financial_year,
    district.district_code,
    district.district,
    district.area,
    event.day_of_week,
    weekday.day_name,
    event.hour_of_day,
    delivered.by_police,
    delivered.by_hospitals,
    delivered.by_ambulances
