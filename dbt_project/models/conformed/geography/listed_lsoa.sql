with in_2021 as (
    select
        lsoa_code_2021 as lsoa_code,
        lsoa_name_2021 as lsoa_name,
        ward_code_2024 as ward_code,
        district_code_2024 as district_code
    from {{ ref('stg_geography__lsoa_ward_district') }}
),

in_2011 as (
    select
        lsoa_code_2011 as lsoa_code,
        lsoa_name_2011 as lsoa_name,
        district_code_2019 as district_code,
        imd_rank,
        imd_decile
    from {{ ref('stg_population__imd_2019') }}
    union all
    -- File 7 has what file 1 has; who delivers it alone has the index too.
    select
        domains.lsoa_code_2011 as lsoa_code,
        domains.lsoa_name_2011 as lsoa_name,
        domains.district_code_2019 as district_code,
        domains.imd_rank,
        domains.imd_decile
    from {{ ref('stg_population__imd_2019_domains') }} as domains
    left join {{ ref('stg_population__imd_2019') }} as file_1
        on domains.lsoa_code_2011 = file_1.lsoa_code_2011
    where file_1.lsoa_code_2011 is null
)

select
    coalesce(in_2021.lsoa_code, in_2011.lsoa_code) as lsoa_code,
    coalesce(in_2021.lsoa_name, in_2011.lsoa_name) as lsoa_name,
    case
        when in_2011.lsoa_code is null then '2021'
        when in_2021.lsoa_code is null then '2011'
        else '2011 and 2021'
    end as vintage,
    coalesce(in_2021.ward_code, 'Unknown') as ward_code,
    coalesce(district.district_code, 'Outside') as district_code,
    in_2011.imd_rank,
    in_2011.imd_decile
from in_2021
full outer join in_2011
    on in_2021.lsoa_code = in_2011.lsoa_code
{{ join_district_of('coalesce(in_2021.district_code, in_2011.district_code)') }}
