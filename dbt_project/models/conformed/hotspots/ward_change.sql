-- One test of each change of a ward, as yearly_change has them of districts.
with definition (definition) as (
    {{ hotspot_definition_rows() }}
),

ward as (
    select ward_code
    from {{ ref('dim_ward') }}
    where district_code in (select district.district_code from {{ ref('district') }} as district)
),

calendar as (
    select distinct
        month_start,
        financial_year
    from {{ ref('dim_date') }}
),

-- Months of crime that no force is missing from.
delivered as (
    select distinct
        crime.recorded_month as month_start,
        calendar.financial_year
    from {{ ref('placed_crime') }} as crime
    inner join calendar
        on crime.recorded_month = calendar.month_start
    left join {{ ref('incomplete_month') }} as incomplete
        on crime.recorded_month = incomplete.month_start and incomplete.feed_type = 'crimes'
    where incomplete.month_start is null
),

monthly as (
    select
        definition.definition as series,
        case when definition.definition = '{{ street_definition()[0] }}' then 'street' else 'crimes' end as feed_type,
        ward.ward_code as area,
        delivered.month_start,
        delivered.financial_year,
        cast(coalesce(place_month.offences, 0) as bigint) as events
    from delivered
    cross join definition
    cross join ward
    left join {{ ref('fct_place_month') }} as place_month
        on
            definition.definition = place_month.definition
            and place_month.place_kind = 'Ward'
            and ward.ward_code = place_month.place_code
            and delivered.month_start = place_month.recorded_month
),

varied as (
    {{ dispersion_of('monthly') }}
),

summed as (
    select
        monthly.series,
        monthly.feed_type,
        monthly.area,
        hotspot_window.first_month as first_day,
        hotspot_window.last_month,
        hotspot_window.last_day,
        hotspot_window.window_label,
        hotspot_window.is_analysed,
        cast(sum(monthly.events) as bigint) as events
    from monthly
    inner join {{ ref('dim_hotspot_window') }} as hotspot_window
        on monthly.month_start between hotspot_window.first_month and hotspot_window.last_month
    inner join {{ ref('placed_window') }} as placed_window
        on hotspot_window.last_month = placed_window.last_month and placed_window.place_kind = 'Ward'
    group by all
    having count(*) = 12
),

compared as (
    select
        this_window.*,
        window_before.window_label as previous_year,
        window_before.first_day as previous_first_day,
        window_before.events as previous_year_events,
        varied.dispersion
    from summed as this_window
    inner join summed as window_before
        on
            this_window.series = window_before.series
            and this_window.area = window_before.area
            and {{ months_from('this_window.last_month', -12) }} = window_before.last_month
    inner join varied
        on this_window.series = varied.series and this_window.area = varied.area
    where this_window.is_analysed
),

judged as (
    {{ judged_changes('compared', 'series, last_month', period='window_label') }}
)

select
    series as definition,
    last_month,
    area as ward_code,
    events as offences,
    previous_year_events as previous_year_offences,
    dispersion,
    p_value,
    q_value,
    verdict,
    verdict_caution
from judged
