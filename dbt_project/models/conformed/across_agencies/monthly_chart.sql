with summed as (
    {{ counts_by_area('month_start') }}
),

entry as (
    select
        counted.series,
        counted.month_start,
        count(case when entry.break_kind = 'break' and counted.month_start >= entry.first_date then 1 end) as segment,
        bool_or(
            entry.break_kind = 'exceptional period' and counted.month_start between entry.first_date and entry.last_date
        ) as is_exceptional,
        string_agg(
            case when counted.month_start = {{ month_of('entry.first_date') }} then entry.what end,
            '; ' order by entry.what
        ) as series_break
    from (
        select distinct
            summed.series,
            summed.feed_type,
            summed.month_start
        from summed
    ) as counted
    inner join {{ ref('dim_series_break') }} as entry
        on {{ is_about('entry', 'counted') }}
    group by counted.series, counted.month_start
),

charted as (
    select
        summed.*,
        summed.series || '; ' || summed.area as chart,
        coalesce(entry.segment, 0) as segment,
        coalesce(entry.is_exceptional, false) as is_exceptional,
        entry.series_break
    from summed
    left join entry
        on summed.series = entry.series and summed.month_start = entry.month_start
    where summed.is_trend
),

judged as (
    {{ control_chart('charted') }}
)

select
    charted.series,
    charted.measure,
    charted.feed_type,
    charted.area,
    charted.district_code,
    charted.is_total,
    charted.month_start,
    charted.financial_year,
    charted.events,
    charted.is_exceptional,
    charted.series_break,
    judged.seasonal_factor,
    judged.baseline_months,
    judged.phase_start,
    judged.level as baseline_level,
    judged.centre_line,
    judged.lower_control_limit,
    judged.upper_control_limit,
    judged.signal,
    judged.step_month,
    judged.step_level
from charted
inner join judged
    on charted.chart = judged.chart and charted.month_start = judged.month_start
