select
    call.financial_year,
    district.district_code,
    district.district,
    district.area,
    call.hospital,
    hospital.is_in_county as is_hospital_in_county,
    count(*) as calls
from {{ ref('fct_ambulance_call') }} as call
inner join {{ ref('dim_hospital') }} as hospital
    on call.hospital = hospital.hospital
inner join {{ ref('dim_district') }} as district
    on call.district_code = district.district_code
where call.response = 'See, Treat and Convey'
group by all
