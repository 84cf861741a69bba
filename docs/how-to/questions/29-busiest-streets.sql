-- Which streets of Arboretum are the busiest?
select
    street,
    offences,
    offences_lower_95,
    offences_upper_95,
    is_busiest
from marts.hotspot_streets
where definition = 'Serious violence' and ward_name = 'Arboretum' and last_month = '2024-03-01'
order by offences desc, street asc;
