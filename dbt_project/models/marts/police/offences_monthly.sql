with span as (
    select
        min(recorded_month) as first_month,
        max(recorded_month) as last_month
    from {{ ref('fct_offence') }}
),

calendar as (
    select distinct
        dim_date.month_start,
        dim_date.month_label,
        dim_date.financial_year
    from {{ ref('dim_date') }} as dim_date
    inner join span
        on dim_date.month_start between span.first_month and span.last_month
),

counted as (
    select
        recorded_month,
        district_code,
        offence_type,
        count(*) as offences,
        count(case when is_knife_crime then 1 end) as knife_offences
    from {{ ref('fct_offence') }}
    where is_serious_violence
    group by recorded_month, district_code, offence_type
)

select
    calendar.month_start,
    calendar.month_label,
    calendar.financial_year,
    district.district_code,
    district.district,
    district.area,
    offence_type.offence_type,
    case when incomplete.month_start is null then coalesce(counted.offences, 0) end as offences,
    case when incomplete.month_start is null then coalesce(counted.knife_offences, 0) end as knife_offences,
    'Not delivered by ' || incomplete.missing_agencies as caveat
from calendar
cross join {{ ref('dim_district') }} as district
cross join {{ ref('offence_type') }} as offence_type
left join counted
    on
        calendar.month_start = counted.recorded_month
        and district.district_code = counted.district_code
        and offence_type.offence_type = counted.offence_type
left join {{ ref('incomplete_month') }} as incomplete
    on incomplete.feed_type = 'crimes' and calendar.month_start = incomplete.month_start
-- Offences beyond the boundary are counted where the force delivers any.
where
    district.is_in_county
    or district.district_code = 'Unknown'
    or district.district_code in (select delivered.district_code from counted as delivered)
