-- Where does Chesterfield differ from the county in 2023/24?
select
    indicator,
    unit,
    value,
    county_value,
    versus_county,
    caveat
from marts.district_profile
where district = 'Chesterfield' and financial_year = '2023/24' and versus_county in ('higher', 'lower')
order by sort_order;
