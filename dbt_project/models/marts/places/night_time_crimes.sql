-- A night belongs to the day on which it begins.
with crime as (
    select
        *,
        case
            when committed_hour >= {{ var('nte_begins_hour') }} then committed_day_of_week
            else (committed_day_of_week + 5) % 7 + 1
        end as night_day_of_week
    from {{ ref('fct_nte_crime') }}
)

select
    crime.recorded_month as month_start,
    crime.financial_year,
    district.district_code,
    district.district,
    district.area,
    nte_area.nte_area_code,
    nte_area.nte_area,
    crime.nte_offence_type,
    weekday.day_of_week,
    weekday.day_name,
    count(*) as crimes
from crime
inner join {{ ref('dim_nte_area') }} as nte_area
    on crime.nte_area_code = nte_area.nte_area_code
inner join {{ ref('dim_district') }} as district
    on crime.district_code = district.district_code
inner join {{ ref('day_of_week') }} as weekday
    on crime.night_day_of_week = weekday.day_of_week
group by all
