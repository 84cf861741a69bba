select
    attendance.month_start,
    attendance.financial_year,
    attendance.hospital,
    district.district_code,
    district.district,
    district.area,
    method.primary_means,
    attendance.assault_method,
    attendance.assault_location,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }} as attendance
inner join {{ ref('dim_assault_method') }} as method
    on attendance.assault_method = method.assault_method
inner join {{ ref('dim_district') }} as district
    on attendance.district_code = district.district_code
group by all
