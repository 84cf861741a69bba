-- Which interventions are there, and what was the rate of serious violence where they began?
select
    intervention,
    district,
    start_date,
    previous_year_offences,
    previous_year_rate_per_1000,
    previous_year_county_rate_per_1000
from marts.interventions
order by start_date, intervention, district;
