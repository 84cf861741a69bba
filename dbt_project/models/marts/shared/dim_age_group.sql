select
    age_group_code,
    cast(row_number() over (order by min(age) nulls last) as integer) as age_group_code_order,
    min(age) as age_from,
    case when max(age) < 129 then max(age) end as age_to,
    age_band,
    cast(min(age_band_order) as integer) as age_band_order,
    age_group,
    cast(min(age_group_order) as integer) as age_group_order,
    search_age_group,
    {{ age_range_order('search_age_group') }} as search_age_group_order,
    max(age) < 18 as is_under_18,
    max(age) < 25 as is_under_25
from {{ ref('dim_age_band') }}
group by age_group_code, age_band, age_group, search_age_group
