-- How many suspects under 18 are there per 1,000 residents, by district, in 2023/24?
select
    district,
    events,
    base,
    base_count,
    value,
    value_lower_95,
    value_upper_95,
    caveat
from marts.district_profile
where indicator_id = 'child_suspects' and financial_year = '2023/24'
order by district;
