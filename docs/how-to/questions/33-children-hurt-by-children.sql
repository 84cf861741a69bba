-- How often were victim and suspect both under 18 in 2023/24, by district? Pairs of one victim and one suspect.
select
    district,
    sum(pairs) as pairs
from marts.victim_suspect_age
where
    financial_year = '2023/24'
    and victim_age_group = '0-17'
    and suspect_age_group = '0-17'
    and district_code not in ('Outside', 'Unknown')
group by district
order by pairs desc, district asc;
