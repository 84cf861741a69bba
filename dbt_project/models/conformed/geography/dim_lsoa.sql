with seen as (
    select lsoa_code
    from {{ ref('stg_police__crimes') }}
    where lsoa_code is not null
    union
    select lsoa_code
    from {{ ref('stg_police_archive__street') }}
    where lsoa_code is not null
    union
    select lsoa_code
    from {{ ref('stg_police_archive__outcomes') }}
    where lsoa_code is not null
)

select
    coalesce(listed.lsoa_code, seen.lsoa_code) as lsoa_code,
    coalesce(listed.lsoa_name, 'Unknown') as lsoa_name,
    coalesce(listed.vintage, 'Unknown') as vintage,
    coalesce(listed.ward_code, 'Unknown') as ward_code,
    coalesce(listed.district_code, {{ district_of_unlisted_lsoa('seen.lsoa_code') }}) as district_code,
    listed.imd_rank,
    listed.imd_decile,
    listed.lsoa_code is null as is_inferred
from {{ ref('listed_lsoa') }} as listed
full outer join seen
    on listed.lsoa_code = seen.lsoa_code

union all

select
    'Unknown' as lsoa_code,
    'Unknown' as lsoa_name,
    'Unknown' as vintage,
    'Unknown' as ward_code,
    'Unknown' as district_code,
    null as imd_rank,
    null as imd_decile,
    false as is_inferred
