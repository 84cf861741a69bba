-- School years run from September to August.
with spans as (
    select
        extract(year from date_day) - case when extract(month from date_day) < 9 then 1 else 0 end as start_year,
        min(date_day) as first_day,
        max(date_day) as last_day,
        count(distinct month_start) as months
    from {{ ref('dim_date') }}
    group by 1
)

select
    cast(start_year as varchar) || '/' || right(cast(start_year + 1 as varchar), 2) as academic_year,
    cast(start_year as smallint) as start_year,
    first_day,
    last_day
from spans
where months = 12
