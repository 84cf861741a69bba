-- Did possession of weapons really change in 2023/24, by district?
select
    area,
    previous_year_events,
    events,
    change_events,
    verdict
from marts.yearly_trends
where
    series = 'Serious violence: Possession of weapons offences'
    and financial_year = '2023/24'
    and district_code is not null
order by area;
