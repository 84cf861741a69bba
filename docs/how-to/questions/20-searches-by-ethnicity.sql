-- How many searches were there per 1,000 residents, by ethnic group, in city and county?
with residents as (
    select
        area,
        ethnicity_group,
        sum(residents) as residents
    from marts.census_ethnicity
    group by area, ethnicity_group
)

select
    search.area,
    search.ethnicity_group,
    sum(search.searches) as searches,
    residents.residents,
    round(1000 * sum(search.searches) / residents.residents, 1) as searches_per_1000
from marts.person_searches as search
left join residents
    on search.area = residents.area and search.ethnicity_group = residents.ethnicity_group
where search.financial_year between '2021/22' and '2023/24'
group by search.area, search.ethnicity_group, residents.residents
order by search.area, search.ethnicity_group;
