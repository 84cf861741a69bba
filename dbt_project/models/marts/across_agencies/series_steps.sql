-- An entry explains a step that begins within three months of it.
select
    chart.series,
    chart.measure,
    chart.area,
    chart.district_code,
    chart.is_total,
    chart.step_month as month_start,
    chart.month_start as proven_month,
    chart.signal,
    round(chart.baseline_level, 1) as level_before,
    round(chart.step_level, 1) as level_after,
    string_agg(entry.what, '; ' order by entry.first_date, entry.what) as series_break,
    count(entry.series_break_id) > 0 as is_in_register
from {{ ref('monthly_chart') }} as chart
left join {{ ref('dim_series_break') }} as entry
    on
        {{ is_about('entry', 'chart') }}
        and chart.step_month between {{ months_from(month_of('entry.first_date'), -3) }}
        and {{ months_from(month_of('coalesce(entry.last_date, entry.first_date)'), 3) }}
where chart.step_month is not null
group by
    chart.series, chart.measure, chart.area, chart.district_code, chart.is_total, chart.step_month, chart.month_start,
    chart.signal, chart.baseline_level, chart.step_level
