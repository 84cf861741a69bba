select
    counted.area,
    counted.ethnicity_code,
    ethnicity.ethnicity,
    ethnicity.ethnicity_group,
    cast(sum(counted.residents) as bigint) as residents
from {{ ref('fct_census_ethnicity') }} as counted
inner join {{ ref('dim_ethnicity') }} as ethnicity
    on counted.ethnicity_code = ethnicity.ethnicity_code
where counted.area <> 'Outside the county'
group by counted.area, counted.ethnicity_code, ethnicity.ethnicity, ethnicity.ethnicity_group
