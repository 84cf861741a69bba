-- -1 is the key of an unknown age, so that a join needs no special case.
with ages as (
    select cast(n as smallint) as age_key from {{ numbers(-1, 129) }}
),

banded as (
    select
        ages.age_key,
        age_band.scheme,
        age_band.age_band,
        age_band.sort_order
    from ages
    inner join {{ ref('age_band') }} as age_band
        on
            (ages.age_key = -1 and age_band.age_from is null)
            or ages.age_key between age_band.age_from and coalesce(age_band.age_to, 129)
),

schemes as (
    select
        five_year.age_key,
        five_year.age_band,
        five_year.sort_order as age_band_order,
        broad.age_band as age_group,
        broad.sort_order as age_group_order,
        stop_search.age_band as search_age_group,
        stop_search.sort_order as search_age_group_order
    from banded as five_year
    inner join banded as broad
        on five_year.age_key = broad.age_key and broad.scheme = 'broad'
    inner join banded as stop_search
        on five_year.age_key = stop_search.age_key and stop_search.scheme = 'stop_search'
    where five_year.scheme = 'five_year'
),

-- Ages that no scheme divides. Where they are a whole band, they have its name.
divided as (
    select
        *,
        min(age_key) over (partition by age_band, age_group, search_age_group) as first_age,
        max(age_key) over (partition by age_band, age_group, search_age_group) as last_age,
        count(*) over (partition by age_band, age_group, search_age_group)
        = count(*) over (partition by age_band) as is_whole_band
    from schemes
)

select
    age_key,
    case when age_key >= 0 then age_key end as age,
    age_band,
    age_band_order,
    age_group,
    age_group_order,
    search_age_group,
    search_age_group_order,
    case
        when is_whole_band then age_band
        when first_age = last_age then cast(first_age as varchar)
        else first_age || '-' || last_age
    end as age_group_code
from divided
