with spans as (
    select
        financial_year,
        min(date_day) as first_day,
        max(date_day) as last_day,
        cast(count(distinct month_start) as tinyint) as months
    from {{ ref('dim_date') }}
    group by financial_year
)

select
    financial_year,
    cast(year(first_day) as smallint) as start_year,
    cast(year(first_day) as varchar) || '/' || cast(year(last_day) as varchar) as financial_year_long,
    first_day,
    last_day,
    months
from spans
