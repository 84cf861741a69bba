with month_of_offences as (
    select distinct
        recorded_month,
        cast(extract(year from recorded_month) as smallint) as calendar_year
    from {{ ref('fct_offence') }}
),

whole_year as (
    select calendar_year
    from month_of_offences
    group by calendar_year
    having count(*) = 12
),

-- The reports' calendar years, and all others in a row that are as many and of which every month was delivered.
span as (
    select last_start_year as last_calendar_year
    from {{ ref('report_window') }}

    union

    select last_year.calendar_year as last_calendar_year
    from whole_year as last_year
    inner join whole_year as earlier
        on
            earlier.calendar_year
            between last_year.calendar_year - {{ var('report_recent_years') }} + 1 and last_year.calendar_year
    group by last_year.calendar_year
    having count(*) = {{ var('report_recent_years') }}
),

counted as (
    select
        span.last_calendar_year,
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
    inner join span
        on
            offence.calendar_year
            between span.last_calendar_year - {{ var('report_recent_years') }} + 1 and span.last_calendar_year
    inner join {{ ref('dim_district') }} as district
        on offence.district_code = district.district_code
    group by span.last_calendar_year, district.district_code, district.district, district.area
)

select
    cast(last_calendar_year - {{ var('report_recent_years') }} + 1 as smallint) as first_calendar_year,
    *,
    round(100.0 * offences_at_or_near_school / offences, 2) as at_or_near_school_percent,
    {{ share_limits('at_or_near_school_percent', 'offences_at_or_near_school', 'offences', places=2) }}
from counted
