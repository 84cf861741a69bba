with counted as (
    select
        district_code,
        district,
        area,
        cast(sum(offences) as bigint) as offences,
        cast({{ sum_where('is_at_or_near_school', 'offences') }} as bigint) as at_or_near,
        cast({{ sum_where("is_at_or_near_school and day_type = 'School day'", 'offences') }} as bigint)
            as at_or_near_on_school_days
    from {{ ref('school_proximity') }}
    where calendar_year between {{ first_report_calendar_year() }} and {{ last_report_calendar_year() }}
    group by district_code, district, area
)

select
    {{ first_report_calendar_year() }} as first_calendar_year,
    {{ last_report_calendar_year() }} as last_calendar_year,
    *,
    round(100.0 * at_or_near / offences, 2) as at_or_near_percent,
    round({{ wilson_lower('at_or_near', 'offences') }}, 2) as at_or_near_percent_low,
    round({{ wilson_upper('at_or_near', 'offences') }}, 2) as at_or_near_percent_high
from counted
