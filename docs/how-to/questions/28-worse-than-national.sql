-- Which indicators of 2023/24 are worse than in the nation, by district?
select
    district,
    indicator,
    value,
    national_value,
    national_comparator,
    caveat
from marts.district_profile
where
    financial_year = '2023/24'
    and (
        (versus_national = 'higher' and polarity = 'lower is better')
        or (versus_national = 'lower' and polarity = 'higher is better')
    )
order by district, sort_order;
