-- Every point of the open archive's map at which it ever has a crime of the area, with its violence of twelve months,
-- 0 where there was none; violence without a point is under Unknown.
with crime as (
    select
        street.month_start,
        street.crime_type in ('Possession of weapons', 'Robbery', 'Violence and sexual offences') as is_street_violence,
        case
            when street.longitude is null or street.latitude is null then 'Unknown'
            else cast(street.longitude as varchar) || ' ' || cast(street.latitude as varchar)
        end as place_code
    from {{ ref('fct_street_crime') }} as street
    inner join {{ ref('dim_district') }} as district
        on street.district_code = district.district_code
    where district.is_in_county
),

-- Windows of which the archive has every month of all forces of the area.
complete as (
    select
        hotspot_window.first_month,
        hotspot_window.last_month
    from {{ ref('dim_hotspot_window') }} as hotspot_window
    inner join crime
        on crime.month_start between hotspot_window.first_month and hotspot_window.last_month
    where hotspot_window.is_analysed
    group by hotspot_window.first_month, hotspot_window.last_month
    having
        count(
            distinct case when {{ is_delivered_by_all('street', 'crime.month_start') }} then crime.month_start end
        ) = 12
),

point as (
    select distinct place_code
    from crime
)

select
    '{{ street_definition()[0] }}' as definition,
    'Street point' as place_kind,
    point.place_code,
    complete.last_month,
    count(crime.place_code) as offences
from complete
cross join point
left join crime
    on
        point.place_code = crime.place_code
        and crime.month_start between complete.first_month and complete.last_month
        and crime.is_street_violence
group by point.place_code, complete.last_month
