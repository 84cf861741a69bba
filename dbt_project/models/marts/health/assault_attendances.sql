select
    attendance.month_start,
    attendance.financial_year,
    attendance.hospital,
    district.district_code,
    district.district,
    district.area,
    age_band.age_group_code,
    attendance.sex,
    ethnicity.ethnicity_group,
    method.primary_means,
    attendance.assault_location,
    {{ hour_band('attendance.arrived_hour') }} as hour_band,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }} as attendance
{{ join_age('attendance') }}
inner join {{ ref('dim_assault_method') }} as method
    on attendance.assault_method = method.assault_method
inner join {{ ref('dim_ethnicity') }} as ethnicity
    on attendance.ethnicity_code = ethnicity.ethnicity_code
inner join {{ ref('dim_district') }} as district
    on attendance.district_code = district.district_code
group by all
