select
    attendance.financial_year,
    attendance.hospital,
    district.district_code,
    district.district,
    district.area,
    attendance.arrived_hour,
    attendance.arrived_day_of_week,
    weekday.day_name,
    attendance.arrived_day_of_week >= 5 as is_friday_to_sunday,
    attendance.arrived_hour >= 18 or attendance.arrived_hour < 4 as is_6pm_to_4am,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }} as attendance
inner join {{ ref('day_of_week') }} as weekday
    on attendance.arrived_day_of_week = weekday.day_of_week
inner join {{ ref('dim_district') }} as district
    on attendance.district_code = district.district_code
group by all
