select
    call.financial_year,
    district.district_code,
    district.district,
    district.area,
    call.called_hour,
    call.called_day_of_week,
    weekday.day_name,
    count(*) as calls
from {{ ref('fct_ambulance_call') }} as call
inner join {{ ref('day_of_week') }} as weekday
    on call.called_day_of_week = weekday.day_of_week
inner join {{ ref('dim_district') }} as district
    on call.district_code = district.district_code
group by all
