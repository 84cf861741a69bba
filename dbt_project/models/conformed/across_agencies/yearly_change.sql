{#- One test for each change, whichever mart shows it: marts cannot contradict each other. -#}
with summed as (
    {{ counts_by_area('financial_year') }}
),

-- A year of which some month was not delivered can be shown, and compared with nothing.
compared as (
    select
        this_year.*,
        year.first_day,
        year.last_day,
        year_before.financial_year as previous_year,
        year_before.first_day as previous_first_day,
        last_year.events as previous_year_events,
        coalesce(varied.dispersion, 1) as dispersion
    from summed as this_year
    inner join {{ ref('dim_financial_year') }} as year
        on this_year.financial_year = year.financial_year
    {{ join_year_before('summed', ['series', 'area'], start_year='year.start_year', whole=true) }}
    left join {{ ref('count_dispersion') }} as varied
        on this_year.series = varied.series and this_year.area = varied.area
),

judged as (
    {{ judged_changes('compared', 'series, financial_year') }}
)

select
    series,
    measure,
    is_trend,
    area,
    district_code,
    is_total,
    financial_year,
    months,
    events,
    previous_year_events,
    dispersion,
    p_value,
    q_value,
    verdict,
    verdict_caution
from judged
