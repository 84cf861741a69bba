-- How many crimes of the night-time economy were recorded on Friday and Saturday nights, by area, in 2023/24?
select
    nte_area,
    district,
    sum(crimes) as crimes,
    coalesce(sum(crimes) filter (where day_name in ('Friday', 'Saturday')), 0) as weekend_night_crimes
from marts.night_time_crimes
where financial_year = '2023/24'
group by nte_area, district
order by weekend_night_crimes desc, nte_area asc;
