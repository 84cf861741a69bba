with summed as (
    {{ counts_by_area('financial_year') }}
),

compared as (
    select
        this_year.*,
        case when this_year.months = 12 and last_year.months = 12 then last_year.value end as previous_value
    from summed as this_year
    inner join {{ ref('dim_financial_year') }} as year
        on this_year.financial_year = year.financial_year
    left join {{ ref('dim_financial_year') }} as year_before
        on year.start_year - 1 = year_before.start_year
    left join summed as last_year
        on
            year_before.financial_year = last_year.financial_year
            and this_year.series = last_year.series
            and this_year.area = last_year.area
)

select
    series,
    counted,
    area,
    financial_year,
    months,
    value,
    {{ poisson_lower('value') }} as value_low,
    {{ poisson_upper('value') }} as value_high,
    previous_value,
    value - previous_value as change,
    {{ pct_change('previous_value', 'value', 1) }} as change_percent,
    {{ change_verdict('previous_value', 'value') }} as verdict
from compared
