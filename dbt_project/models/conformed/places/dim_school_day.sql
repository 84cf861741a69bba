with stretch as (
    select
        authority.area,
        term.kind,
        term.first_day,
        term.last_day,
        cast(year(term.first_day - interval 8 month) as smallint) as school_year
    from {{ ref('stg_places__term_dates') }} as term
    inner join {{ ref('school_authority') }} as authority
        on term.la_code = authority.la_code
),

-- A school year of which terms were delivered is known from September to August; of others nothing is known.
delivered as (
    select distinct
        area,
        school_year
    from stretch
    where kind = 'term'
)

select
    delivered.area,
    calendar.date_day,
    delivered.school_year,
    coalesce(bool_or(stretch.kind = 'term'), false)
    and not coalesce(bool_or(stretch.kind = 'closed'), false)
    and not calendar.is_weekend as is_school_day
from delivered
inner join {{ ref('dim_date') }} as calendar
    on
        calendar.date_day >= make_date(delivered.school_year, 9, 1)
        and calendar.date_day < make_date(delivered.school_year + 1, 9, 1)
left join stretch
    on
        delivered.area = stretch.area
        and delivered.school_year = stretch.school_year
        and calendar.date_day between stretch.first_day and stretch.last_day
group by delivered.area, calendar.date_day, delivered.school_year, calendar.is_weekend
