select
    offence.calendar_year,
    offence.offence_group,
    district.district_code,
    district.district,
    district.area,
    offence.place,
    offence.place <> 'Elsewhere or at another time' as is_at_or_near_school,
    offence.day_type,
    count(*) as offences
from {{ ref('fct_school_age_offence') }} as offence
inner join {{ ref('dim_district') }} as district
    on offence.district_code = district.district_code
group by all
