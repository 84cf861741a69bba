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
),

seen as (
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
),

listed as (
    select
        coalesce(in_2021.lsoa_code, in_2011.lsoa_code) as lsoa_code,
        coalesce(in_2021.lsoa_name, in_2011.lsoa_name) as lsoa_name,
        case
            when in_2011.lsoa_code is null then '2021'
            when in_2021.lsoa_code is null then '2011'
            else '2011 and 2021'
        end as vintage,
        in_2021.ward_code,
        coalesce(in_2021.district_code, in_2011.district_code) as national_district_code,
        in_2011.imd_rank,
        in_2011.imd_decile
    from in_2021
    full outer join in_2011
        on in_2021.lsoa_code = in_2011.lsoa_code
),

-- Codes of England begin with E, those of Wales with W, of Scotland with S, and of Northern Ireland with N or a digit.
country as (
    select distinct left(district_code, 1) as letter
    from {{ ref('district') }}
)

select
    coalesce(listed.lsoa_code, seen.lsoa_code) as lsoa_code,
    coalesce(listed.lsoa_name, 'Unknown') as lsoa_name,
    coalesce(listed.vintage, 'Unknown') as vintage,
    coalesce(listed.ward_code, 'Unknown') as ward_code,
    case
        when district.district_code is not null then district.district_code
        -- Of a country in which none of the districts is, whichever census and look-up the code is from.
        when left(coalesce(listed.lsoa_code, seen.lsoa_code), 1) not in (select country.letter from country)
            then 'Outside'
        when listed.lsoa_code is null then 'Unknown'
        else 'Outside'
    end as district_code,
    listed.imd_rank,
    listed.imd_decile,
    listed.lsoa_code is null as is_inferred
from listed
full outer join seen
    on listed.lsoa_code = seen.lsoa_code
left join {{ ref('national_district') }} as known
    on listed.national_district_code = known.district_code
-- A district that was abolished is within its successor.
left join {{ ref('district') }} as district
    on coalesce(known.successor_code, listed.national_district_code) = district.district_code

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
