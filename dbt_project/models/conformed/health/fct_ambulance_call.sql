select
    call.called_at,
    cast(call.called_at as date) as called_date,
    cast(date_trunc('month', call.called_at) as date) as month_start,
    {{ financial_year('call.called_at') }} as financial_year,
    cast(hour(call.called_at) as tinyint) as called_hour,
    cast({{ iso_day_of_week('call.called_at') }} as tinyint) as called_day_of_week,
    coalesce(response.conformed, 'Unknown') as response,
    coalesce(sex.conformed, 'Unknown') as sex,
    age_band.age,
    age_band.age_band,
    age_band.age_group,
    coalesce(ward.ward_code, 'Unknown') as ward_code,
    coalesce(district.conformed, 'Unknown') as district_code,
    case
        when call.hospital_label is null then 'Not conveyed'
        else coalesce(hospital.conformed, 'Unknown')
    end as hospital,
    call.load_id,
    call.row_number_in_delivery
from {{ ref('stg_health__assault_calls') }} as call
inner join {{ ref('dim_age_band') }} as age_band
    on case when call.age between 0 and 129 then call.age else -1 end = age_band.age_key
left join {{ ref('dim_ward') }} as ward
    on call.ward_code = ward.ward_code
{{ join_label('response', 'call.response_label', 'ambulance_response') }}
{{ join_label('sex', 'call.sex_label', 'sex') }}
{{ join_label('district', 'call.district_label', 'district') }}
{{ join_label('hospital', 'call.hospital_label', 'hospital') }}
