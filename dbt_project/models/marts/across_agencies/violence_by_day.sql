-- Offences of days before the first delivered year are few of those that were committed, and are in no calendar.
with span as (
    select min(year.first_day) as first_day
    from {{ ref('fct_offence') }} as offence
    inner join {{ ref('dim_financial_year') }} as year
        on offence.financial_year = year.financial_year
),

event as (
    select
        offence.committed_date as date_day,
        offence.district_code,
        offence.committed_hour as hour_of_day,
        'police' as seen_by,
        offence.is_knife_crime
    from {{ ref('fct_offence') }} as offence
    cross join span
    where offence.is_serious_violence and offence.committed_date >= span.first_day

    union all

    select
        arrived_date as date_day,
        district_code,
        arrived_hour as hour_of_day,
        'hospital' as seen_by,
        false as is_knife_crime
    from {{ ref('fct_ed_attendance') }}

    union all

    select
        called_date as date_day,
        district_code,
        called_hour as hour_of_day,
        'ambulance' as seen_by,
        false as is_knife_crime
    from {{ ref('fct_ambulance_call') }}
),

delivered as (
    {{ months_of_agencies() }}
)

select
    event.date_day,
    district.district_code,
    district.district,
    district.area,
    event.hour_of_day,
    case when delivered.by_police then count(case when event.seen_by = 'police' then 1 end) end
        as serious_violence_offences,
    case when delivered.by_police then count(case when event.is_knife_crime then 1 end) end as knife_offences,
    case when delivered.by_hospitals then count(case when event.seen_by = 'hospital' then 1 end) end
        as ed_attendances,
    case when delivered.by_ambulances then count(case when event.seen_by = 'ambulance' then 1 end) end
        as ambulance_calls
from event
inner join {{ ref('dim_district') }} as district
    on event.district_code = district.district_code
inner join delivered
    on {{ month_of('event.date_day') }} = delivered.month_start
group by
    event.date_day,
    district.district_code,
    district.district,
    district.area,
    event.hour_of_day,
    delivered.by_police,
    delivered.by_hospitals,
    delivered.by_ambulances
