{#- The change of the latest twelve months, tested as yearly_change tests that of a financial year. -#}
with monthly as (
    {{ counts_by_area('month_start') }}
),

-- Feeds arrive at different times, so each series has months of its own.
ended as (
    select
        series,
        max(month_start) as last_month
    from monthly
    group by series
),

dated as (
    select
        series,
        last_month,
        {{ months_from('last_month', -11) }} as first_day,
        {{ months_from('last_month', 1) }} - 1 as last_day,
        {{ months_from('last_month', -23) }} as previous_first_day,
        {{ months_from('last_month', -12) }} as previous_last_month
    from ended
),

twelve_months as (
    select
        *,
        {% for first, last, name in (
            ('first_day', 'last_month', 'period'), ('previous_first_day', 'previous_last_month', 'previous_year'),
        ) %}
            -- A financial year has its name, so that cautions are those of yearly_change.
            case
                when month({{ last }}) = 3 then {{ financial_year(last) }}
                else strftime({{ first }}, '%B %Y') || ' to ' || strftime({{ last }}, '%B %Y')
            end as {{ name }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from dated
),

summed as (
    select
        monthly.series,
        monthly.measure,
        monthly.feed_type,
        monthly.is_trend,
        monthly.area,
        monthly.district_code,
        monthly.is_total,
        twelve_months.first_day,
        twelve_months.last_month,
        twelve_months.last_day,
        twelve_months.previous_first_day,
        twelve_months.period,
        twelve_months.previous_year,
        sum(case when monthly.month_start >= twelve_months.first_day then monthly.months else 0 end) as months,
        sum(case when monthly.month_start < twelve_months.first_day then monthly.months else 0 end) as previous_months,
        sum(case when monthly.month_start >= twelve_months.first_day then monthly.events else 0 end) as events,
        sum(case when monthly.month_start < twelve_months.first_day then monthly.events else 0 end) as previous_events
    from monthly
    inner join twelve_months
        on monthly.series = twelve_months.series and monthly.month_start >= twelve_months.previous_first_day
    group by all
),

-- Twelve months of which one was not delivered can be shown, and compared with nothing.
compared as (
    select
        summed.*,
        case when summed.months = 12 and summed.previous_months = 12 then summed.previous_events end
            as previous_year_events,
        coalesce(varied.dispersion, 1) as dispersion
    from summed
    left join {{ ref('count_dispersion') }} as varied
        on summed.series = varied.series and summed.area = varied.area
),

judged as (
    {{ judged_changes('compared', 'series', period='period') }}
)

select
    series,
    measure,
    is_trend,
    area,
    district_code,
    is_total,
    first_day as first_month,
    last_month,
    cast(months as bigint) as months,
    cast(events as bigint) as events,
    cast(previous_year_events as bigint) as previous_year_events,
    dispersion,
    p_value,
    q_value,
    verdict,
    verdict_caution
from judged
