select
    call.month_start,
    call.financial_year,
    district.district_code,
    district.district,
    district.area,
    ward.ward_code,
    ward.ward_name,
    call.response,
    age_band.age_group_code,
    call.sex,
    {{ hour_band('call.called_hour') }} as hour_band,
    count(*) as calls
from {{ ref('fct_ambulance_call') }} as call
{{ join_age('call') }}
inner join {{ ref('dim_ward') }} as ward
    on call.ward_code = ward.ward_code
inner join {{ ref('dim_district') }} as district
    on call.district_code = district.district_code
group by all
