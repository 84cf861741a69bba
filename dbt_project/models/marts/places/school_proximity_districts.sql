with counted as (
    select
        district.district_code,
        district.district,
        district.area,
        count(*) as offences,
        cast({{ sum_where("offence.place <> 'Elsewhere or at another time'", 1) }} as bigint)
            as offences_at_or_near_school,
        cast(
            {{ sum_where("offence.place <> 'Elsewhere or at another time' and offence.day_type = 'School day'", 1) }}
            as bigint
        ) as offences_at_or_near_school_on_school_days
    from {{ ref('fct_school_age_offence') }} as offence
    inner join {{ ref('dim_district') }} as district
        on offence.district_code = district.district_code
    where offence.calendar_year between {{ first_report_calendar_year() }} and {{ last_report_calendar_year() }}
    group by district.district_code, district.district, district.area
)

select
    {{ first_report_calendar_year() }} as first_calendar_year,
    {{ last_report_calendar_year() }} as last_calendar_year,
    *,
    round(100.0 * offences_at_or_near_school / offences, 2) as at_or_near_school_percent,
    {{ share_limits('at_or_near_school_percent', 'offences_at_or_near_school', 'offences', places=2) }}
from counted
