select
    call.financial_year,
    district.district_code,
    district.district,
    district.area,
    call.response,
    call.sex,
    age_band.age_group_code,
    call.age_band,
    band.age_band_order,
    call.age_group,
    count(*) as calls
from {{ ref('fct_ambulance_call') }} as call
{{ join_age('call') }}
inner join {{ ref('dim_district') }} as district
    on call.district_code = district.district_code
inner join {{ age_bands() }} as band
    on call.age_band = band.age_band
group by all
