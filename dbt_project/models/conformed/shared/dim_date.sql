with calendar as (
    select date_day from {{ days('1930-04-01', '2050-03-31') }}
)

select
    calendar.date_day,
    cast(date_trunc('month', calendar.date_day) as date) as month_start,
    strftime(calendar.date_day, '%B %Y') as month_label,
    cast(year(calendar.date_day) as smallint) as calendar_year,
    cast(month(calendar.date_day) as tinyint) as month_number,
    {{ financial_year('calendar.date_day') }} as financial_year,
    weekday.day_of_week,
    weekday.day_name,
    weekday.is_weekend
from calendar
inner join {{ ref('day_of_week') }} as weekday
    on {{ iso_day_of_week('calendar.date_day') }} = weekday.day_of_week
