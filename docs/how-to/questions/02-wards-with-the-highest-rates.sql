-- Which ten wards had the highest rates of serious violence in 2023/24, and how certain are the rates?
select
    ward_name,
    district,
    offences,
    population,
    rate_per_1000,
    rate_per_1000_lower_95,
    rate_per_1000_upper_95
from marts.hotspot_wards
where
    definition = 'Serious violence'
    and scope = 'All wards'
    and first_month = '2023-04-01'
    and last_month = '2024-03-01'
    and ward_code <> 'Unknown'
order by rate_per_1000 desc nulls last, ward_code asc
limit 10;
