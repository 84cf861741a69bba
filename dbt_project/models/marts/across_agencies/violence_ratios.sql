-- A year is compared only where all its months were delivered: the indicators of the same facts know.
with whole_year as (
    {{ whole_years() }}
),

offence as (
    select
        offence.financial_year,
        offence.district_code,
        count(case when offence.is_serious_violence then 1 end) as serious_violence_offences,
        count(violence.recorded_crime_group) as violence_offences,
        count(case when violence.with_injury then 1 end) as violence_with_injury_offences
    from {{ ref('fct_offence') }} as offence
    left join {{ ref('violence_group') }} as violence
        on offence.recorded_crime_group = violence.recorded_crime_group
    group by offence.financial_year, offence.district_code
),

attendance as (
    select
        financial_year,
        district_code,
        count(*) as ed_attendances
    from {{ ref('fct_ed_attendance') }}
    group by financial_year, district_code
),

-- Hospitals with a code deliver their attendances; the ambulance service knows where else patients are taken.
call as (
    select
        call.financial_year,
        call.district_code,
        count(*) as ambulance_calls,
        count(case when call.response = 'See, Treat and Convey' then 1 end) as conveyances,
        count(
            case when call.response = 'See, Treat and Convey' and hospital.hospital_code is not null then 1 end
        ) as conveyances_to_delivering_hospitals
    from {{ ref('fct_ambulance_call') }} as call
    inner join {{ ref('dim_hospital') }} as hospital
        on call.hospital = hospital.hospital
    group by call.financial_year, call.district_code
),

counted as (
    select
        whole_year.financial_year,
        district.district_code,
        district.district,
        district.area,
        case when whole_year.police then coalesce(offence.serious_violence_offences, 0) end
            as serious_violence_offences,
        case when whole_year.police then coalesce(offence.violence_offences, 0) end as violence_offences,
        case when whole_year.police then coalesce(offence.violence_with_injury_offences, 0) end
            as violence_with_injury_offences,
        case when whole_year.hospitals then coalesce(attendance.ed_attendances, 0) end as ed_attendances,
        case when whole_year.ambulances then coalesce(call.ambulance_calls, 0) end as ambulance_calls,
        case when whole_year.ambulances then coalesce(call.conveyances, 0) end as conveyances,
        case when whole_year.ambulances then coalesce(call.conveyances_to_delivering_hospitals, 0) end
            as conveyances_to_delivering_hospitals
    from whole_year
    cross join {{ ref('dim_district') }} as district
    left join offence
        on
            whole_year.financial_year = offence.financial_year
            and district.district_code = offence.district_code
    left join attendance
        on
            whole_year.financial_year = attendance.financial_year
            and district.district_code = attendance.district_code
    left join call
        on
            whole_year.financial_year = call.financial_year
            and district.district_code = call.district_code
    where
        (whole_year.police or whole_year.hospitals or whole_year.ambulances)
        and (district.is_in_county or district.district_code = 'Unknown')
)

select
    financial_year,
    district_code,
    district,
    area,
    serious_violence_offences,
    violence_offences,
    violence_with_injury_offences,
    ed_attendances,
    ambulance_calls,
    {% for measure, per in [
        ('ed_attendances', 'attendances'), ('ambulance_calls', 'calls')
    ] %}
        round(100.0 * {{ measure }} / nullif(violence_with_injury_offences, 0), 1) as {{ per }}_per_100_offences,
        round({{ odds(wilson_lower(measure, measure ~ ' + violence_with_injury_offences')) }}, 1)
            as {{ per }}_per_100_offences_lower_95,
        round({{ odds(wilson_upper(measure, measure ~ ' + violence_with_injury_offences')) }}, 1)
            as {{ per }}_per_100_offences_upper_95,
    {% endfor %}
    {{ pct('conveyances_to_delivering_hospitals', 'conveyances', 1) }} as conveyed_to_delivering_hospitals_percent,
    {{ share_limits(
        'conveyed_to_delivering_hospitals_percent', 'conveyances_to_delivering_hospitals', 'conveyances'
    ) }}
from counted
