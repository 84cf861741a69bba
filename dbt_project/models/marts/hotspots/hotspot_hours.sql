select
    hotspot_hour.definition,
    {{ placed_definition_id('hotspot_hour.definition') }} as definition_id,
    hotspot_window.first_month,
    hotspot_window.last_month,
    hotspot_window.window_label,
    district.district_code,
    district.district,
    ward.ward_code,
    ward.ward_name,
    hotspot_hour.location,
    hotspot_hour.location = 'Whole ward' as is_total,
    weekday.day_of_week,
    weekday.day_name,
    cast(hotspot_hour.hour_of_week % 24 as tinyint) as committed_hour,
    hotspot_hour.offences,
    {{ poisson_limits('hotspot_hour.offences') }}
    round(hotspot_hour.mean, 2) as hour_mean,
    hotspot_hour.p_value,
    hotspot_hour.q_value,
    hotspot_hour.is_hot
from {{ ref('hotspot_hour') }} as hotspot_hour
inner join {{ ref('dim_hotspot_window') }} as hotspot_window
    on hotspot_hour.last_month = hotspot_window.last_month
inner join {{ ref('dim_ward') }} as ward
    on hotspot_hour.ward_code = ward.ward_code
inner join {{ ref('dim_district') }} as district
    on ward.district_code = district.district_code
inner join {{ ref('day_of_week') }} as weekday
    on {{ integer_divide('hotspot_hour.hour_of_week', '24') }} + 1 = weekday.day_of_week
