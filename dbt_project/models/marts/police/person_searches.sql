select
    search.month_start,
    search.financial_year,
    district.district_code,
    district.district,
    district.area,
    search.search_reason,
    search.outcome,
    age_band.age_group_code,
    search.sex,
    ethnicity.ethnicity_code,
    ethnicity.ethnicity,
    ethnicity.ethnicity_group,
    count(*) as searches,
    count(case when search.is_weapon_found_as_sought then 1 end) as weapons_found_as_sought
from {{ ref('fct_force_stop_search') }} as search
{{ join_age('search') }}
inner join {{ ref('dim_ethnicity') }} as ethnicity
    on search.ethnicity_code = ethnicity.ethnicity_code
inner join {{ ref('dim_district') }} as district
    on search.district_code = district.district_code
group by all
