-- Which wards changed from 2022/23 to 2023/24 by more than chance? The ten with most evidence, and what may be said of each.
select
    ward_name,
    district,
    previous_year_offences,
    offences,
    p_value,
    q_value,
    verdict,
    verdict_caution
from marts.hotspot_wards
where definition = 'Serious violence' and last_month = '2024-03-01' and scope = 'All wards' and p_value is not null
order by p_value, ward_code
limit 10;
