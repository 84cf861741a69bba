-- A report that was printed is always there; another one once every force has delivered all months of its last year. An
-- area without reports has one row without an id: the years that its marts put together.
with whole as (
    select financial_year
    from {{ ref('fct_offence') }}
    group by financial_year
    having count(distinct case when {{ is_delivered_by_all('crimes', 'recorded_month') }} then recorded_month end) = 12
),

listed (
    report_id, made_of, years_later, is_printed, first_year, last_year, recent_years, outcomes_end, prison_day,
    safety_end, deaths_end, hotspot_last_month
) as (
    select * from ({{ var('report_windows') }})
)

select
    report_id,
    made_of,
    years_later,
    is_printed,
    first_year,
    last_year,
    cast(left(last_year, 4) as smallint) as last_start_year,
    cast(cast(left(last_year, 4) as integer) - recent_years + 1 as smallint) as recent_start_year,
    cast(outcomes_end as date) as outcomes_end,
    cast(prison_day as date) as prison_day,
    cast(safety_end as date) as safety_end,
    cast(deaths_end as date) as deaths_end,
    cast(hotspot_last_month || '-01' as date) as hotspot_last_month
from listed
where report_id = '' or is_printed or last_year in (select whole.financial_year from whole)
