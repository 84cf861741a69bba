select
    attendance.agency || '/ed_assaults' as feed,
    attendance.arrived_at,
    cast(attendance.arrived_at as date) as arrived_date,
    cast(date_trunc('month', attendance.arrived_at) as date) as month_start,
    {{ financial_year('attendance.arrived_at') }} as financial_year,
    cast(hour(attendance.arrived_at) as tinyint) as arrived_hour,
    cast({{ iso_day_of_week('attendance.arrived_at') }} as tinyint) as arrived_day_of_week,
    attendance.assaulted_at,
    coalesce(hospital.hospital, 'Unknown') as hospital,
    coalesce(method.conformed, 'Unknown') as assault_method,
    coalesce(place.conformed, 'Unknown') as assault_location,
    coalesce(district.conformed, 'Unknown') as district_code,
    age_band.age,
    age_band.age_band,
    age_band.age_group,
    coalesce(sex.conformed, 'Unknown') as sex,
    coalesce(ethnicity.conformed, 'Unknown') as ethnicity_code,
    attendance.load_id,
    attendance.row_number_in_delivery
from {{ ref('stg_health__ed_assaults') }} as attendance
inner join {{ ref('dim_age_band') }} as age_band
    on case when attendance.age between 0 and 129 then attendance.age else -1 end = age_band.age_key
left join {{ ref('dim_hospital') }} as hospital
    on attendance.hospital_code = hospital.hospital_code
{{ join_label('method', 'attendance.assault_method_label', 'assault_method') }}
{{ join_label('place', 'attendance.location_type_label', 'assault_location') }}
{{ join_label('district', 'attendance.district_label', 'district') }}
{{ join_label('sex', 'attendance.sex_label', 'sex') }}
{{ join_label('ethnicity', 'attendance.ethnic_category_label', 'nhs_ethnic_category') }}
