-- Which interventions are there, and what was the rate of serious violence where they began?
select
    intervention,
    district,
    start_date,
    offences_year_before,
    rate_year_before,
    county_rate_year_before
from marts.interventions
order by start_date, intervention, district;
