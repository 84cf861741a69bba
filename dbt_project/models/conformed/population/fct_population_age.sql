with member as (
    select
        mid_year,
        lsoa_code_2021 as lsoa_code,
        load_id,
        {{ members_of('residents_by_age', ' ') }} as cell
    from {{ ref('stg_population__population') }}
    where residents_by_age is not null
)

select
    member.mid_year,
    member.lsoa_code,
    lsoa.ward_code,
    lsoa.district_code,
    case when member.cell like 'F%' then 'Female' else 'Male' end as sex,
    cast(split_part(substr(member.cell, 2), '=', 1) as smallint) as age,
    cast(split_part(member.cell, '=', 2) as integer) as population,
    member.load_id
from member
inner join {{ ref('dim_lsoa') }} as lsoa
    on member.lsoa_code = lsoa.lsoa_code
inner join {{ ref('district') }} as district
    on lsoa.district_code = district.district_code
