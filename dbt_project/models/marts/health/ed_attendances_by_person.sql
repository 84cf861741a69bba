select
    attendance.financial_year,
    attendance.hospital,
    district.district_code,
    district.district,
    district.area,
    attendance.age_band,
    attendance.age_group,
    attendance.sex,
    ethnicity.ethnicity_group,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }} as attendance
inner join {{ ref('dim_ethnicity') }} as ethnicity
    on attendance.ethnicity_code = ethnicity.ethnicity_code
inner join {{ ref('dim_district') }} as district
    on attendance.district_code = district.district_code
group by all
