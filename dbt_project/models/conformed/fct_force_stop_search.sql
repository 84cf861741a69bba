select
    search.search_reference,
    search.searched_at,
    cast(search.searched_at as date) as searched_date,
    cast(date_trunc('month', search.searched_at) as date) as month_start,
    {{ financial_year('search.searched_at') }} as financial_year,
    search.search_type,
    search.legislation,
    coalesce(reason.conformed, 'Unknown') as search_reason,
    coalesce(search.item_found, 'Nothing found') as item_found,
    coalesce(reason.conformed = 'Offensive weapons' and search.item_found = 'Offensive weapon', false)
        as is_weapon_found_as_sought,
    search.outcome,
    age_band.age,
    age_band.age_band,
    age_band.search_age_group,
    coalesce(sex.conformed, 'Unknown') as sex,
    coalesce(ethnicity.ethnicity_code, 'Unknown') as ethnicity_code,
    coalesce(district.conformed, 'Unknown') as district_code,
    search.load_id
from {{ ref('stg_derbyshire_constabulary__stop_searches') }} as search
inner join {{ ref('dim_age_band') }} as age_band
    on case when search.age between 0 and 129 then search.age else -1 end = age_band.age_key
left join {{ ref('dim_ethnicity') }} as ethnicity
    on search.ethnicity_code = ethnicity.ethnicity_code
{{ join_label('reason', 'search.search_reason_label', 'search_reason') }}
{{ join_label('sex', 'search.sex_label', 'sex') }}
{{ join_label('district', 'search.district_label', 'district') }}
