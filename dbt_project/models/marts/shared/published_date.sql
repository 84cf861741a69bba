{{ config(alias='dim_date') }}

-- The financial years of which anything was delivered by month.
with delivered as (
    {% for fact in var('declared').monthly %}
        select month_start from {{ ref(fact) }}
        union
    {% endfor %}
    select recorded_month as month_start from {{ ref('fct_offence') }}
    union
    select cast(date_trunc('month', outcome_date) as date) as month_start from {{ ref('fct_outcome') }}
),

span as (
    select
        min(financial_year.first_day) as first_day,
        max(financial_year.last_day) as last_day
    from delivered
    inner join {{ ref('dim_financial_year') }} as financial_year
        on delivered.month_start between financial_year.first_day and financial_year.last_day
),

known_holidays as (
    select
        min(year(date_day)) as first_year,
        max(year(date_day)) as last_year
    from {{ ref('bank_holiday') }}
),

school_day as (
    select
        date_day,
        bool_or(is_school_day) as is_school_day
    from {{ ref('dim_school_day') }}
    group by date_day
),

mid_year as (
    select
        financial_year,
        min(mid_year) as population_year
    from {{ ref('district_population') }}
    group by financial_year
)

select
    calendar.date_day,
    calendar.day_of_week,
    calendar.day_name,
    calendar.is_weekend,
    case
        when calendar.calendar_year between known_holidays.first_year and known_holidays.last_year
            then bank_holiday.date_day is not null
    end as is_bank_holiday,
    bank_holiday.bank_holiday,
    school_day.is_school_day,
    calendar.month_start,
    calendar.month_label,
    calendar.month_number,
    cast((calendar.month_number + 8) % 12 + 1 as tinyint) as financial_month,
    cast({{ integer_divide('(calendar.month_number + 8) % 12', 3) }} + 1 as tinyint) as financial_quarter,
    calendar.financial_year || ' Q' || ({{ integer_divide('(calendar.month_number + 8) % 12', 3) }} + 1)
        as quarter_label,
    calendar.financial_year,
    calendar.calendar_year,
    mid_year.population_year
from {{ ref('dim_date') }} as calendar
inner join span
    on calendar.date_day between span.first_day and span.last_day
cross join known_holidays
left join {{ ref('bank_holiday') }} as bank_holiday
    on calendar.date_day = bank_holiday.date_day
left join school_day
    on calendar.date_day = school_day.date_day
left join mid_year
    on calendar.financial_year = mid_year.financial_year
