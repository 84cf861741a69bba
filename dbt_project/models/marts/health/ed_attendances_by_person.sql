select
    attendance.financial_year,
    attendance.hospital,
    district.district_code,
    district.district,
    district.area,
    age_band.age_group_code,
    attendance.age_band,
    band.age_band_order,
    attendance.age_group,
    attendance.sex,
    ethnicity.ethnicity_group,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }} as attendance
{{ join_age('attendance') }}
inner join {{ ref('dim_ethnicity') }} as ethnicity
    on attendance.ethnicity_code = ethnicity.ethnicity_code
inner join {{ ref('dim_district') }} as district
    on attendance.district_code = district.district_code
inner join {{ age_bands() }} as band
    on attendance.age_band = band.age_band
group by all
