-- Hot hours that follow on one another, across midnight and from Sunday to Monday too.
with hour as (
    select
        *,
        lag(is_hot) over week as is_hot_before,
        last_value(is_hot) over week as is_last_hot
    from {{ ref('hotspot_hour') }}
    window week as (
        partition by definition, last_month, ward_code, location
        order by hour_of_week
        rows between unbounded preceding and unbounded following
    )
),

begun as (
    select
        *,
        hour_of_week as first_hour
    from hour
    where is_hot and not coalesce(is_hot_before, is_last_hot)
),

ended as (
    select
        begun.definition,
        begun.last_month,
        begun.ward_code,
        begun.location,
        begun.first_hour,
        min((cold.hour_of_week - begun.first_hour + 168) % 168) as hours
    from begun
    inner join hour as cold
        on
            begun.definition = cold.definition
            and begun.last_month = cold.last_month
            and begun.ward_code = cold.ward_code
            and begun.location = cold.location
            and not cold.is_hot
    group by all
),

summed as (
    select
        ended.definition,
        ended.last_month,
        ended.ward_code,
        ended.location,
        ended.first_hour,
        ended.hours,
        sum(hour.offences) as offences
    from ended
    inner join hour
        on
            ended.definition = hour.definition
            and ended.last_month = hour.last_month
            and ended.ward_code = hour.ward_code
            and ended.location = hour.location
            and (hour.hour_of_week - ended.first_hour + 168) % 168 < ended.hours
    group by all
)

select
    summed.definition,
    {{ placed_definition_id('summed.definition') }} as definition_id,
    hotspot_window.first_month,
    hotspot_window.last_month,
    hotspot_window.window_label,
    district.district_code,
    district.district,
    ward.ward_code,
    ward.ward_name,
    summed.location,
    summed.location = 'Whole ward' as is_total,
    weekday.day_of_week,
    weekday.day_name,
    cast(summed.first_hour % 24 as tinyint) as first_hour,
    cast(summed.hours as smallint) as hours,
    {{ hour_in_words('(summed.first_hour % 24)') }}
    || ' to ' || {{ hour_in_words('((summed.first_hour + summed.hours) % 24)') }} as hours_in_words,
    weekday.day_name || ' ' || {{ part_of_day('(summed.first_hour % 24)') }} as part_of_day,
    cast(summed.offences as bigint) as offences
from summed
inner join {{ ref('dim_hotspot_window') }} as hotspot_window
    on summed.last_month = hotspot_window.last_month
inner join {{ ref('dim_ward') }} as ward
    on summed.ward_code = ward.ward_code
inner join {{ ref('dim_district') }} as district
    on ward.district_code = district.district_code
inner join {{ ref('day_of_week') }} as weekday
    on {{ integer_divide('summed.first_hour', '24') }} + 1 = weekday.day_of_week
