select
    search.financial_year,
    age_band.age_group_code,
    search.search_age_group,
    {{ age_range_order('search.search_age_group') }} as search_age_group_order,
    search.sex,
    ethnicity.ethnicity_code,
    ethnicity.ethnicity,
    ethnicity.ethnicity_group,
    search.search_reason,
    count(*) as searches,
    count(case when search.is_weapon_found_as_sought then 1 end) as weapons_found_as_sought
from {{ ref('fct_force_stop_search') }} as search
{{ join_age('search') }}
inner join {{ ref('dim_ethnicity') }} as ethnicity
    on search.ethnicity_code = ethnicity.ethnicity_code
group by all
