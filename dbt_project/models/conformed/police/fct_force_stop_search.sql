select
    search.search_reference,
    search.searched_at,
    cast(search.searched_at as date) as searched_date,
    cast(date_trunc('month', search.searched_at) as date) as month_start,
    {{ financial_year('search.searched_at') }} as financial_year,
    search.search_type,
    coalesce(power.conformed, 'Unknown') as legislation,
    coalesce(reason.conformed, 'Unknown') as search_reason,
    case
        when search.item_found_label is null then 'Nothing found'
        else coalesce(item.conformed, 'Unknown')
    end as item_found,
    coalesce(reason.conformed = 'Offensive weapons' and item.conformed = 'Offensive weapon', false)
        as is_weapon_found_as_sought,
    coalesce(outcome.conformed, 'Unknown') as outcome,
    age_band.age,
    age_band.age_band,
    age_band.search_age_group,
    coalesce(sex.conformed, 'Unknown') as sex,
    coalesce(ethnicity.conformed, 'Unknown') as ethnicity_code,
    coalesce(district.conformed, 'Unknown') as district_code,
    search.load_id
from {{ ref('stg_police__stop_searches') }} as search
inner join {{ ref('dim_age_band') }} as age_band
    on case when search.age between 0 and 129 then search.age else -1 end = age_band.age_key
{{ join_label('power', 'search.legislation_label', 'search_power') }}
{{ join_label('reason', 'search.search_reason_label', 'search_reason') }}
{{ join_label('item', 'search.item_found_label', 'item_found') }}
{{ join_label('outcome', 'search.outcome_label', 'search_outcome') }}
{{ join_label('sex', 'search.sex_label', 'sex') }}
{{ join_label('ethnicity', 'search.ethnicity_label', 'police_ethnicity') }}
{{ join_label('district', 'search.district_label', 'district') }}
