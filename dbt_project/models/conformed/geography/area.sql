with authority as (
    {{ area_rows('authorities', {'authority_code': 'varchar', 'authority': 'varchar', 'place': 'smallint'}) }}
),

around as (
    select
        region_code,
        region,
        level,
        dfe_number,
        row_number() over (order by level desc) as place
    from {{ ref('national_region') }}
    where region_code in ({{ in_sql(var('area')['region']) }}, {{ in_sql(var('area')['country']) }})
),

counted as (
    select count(*) as authorities
    from authority
)

select
    authority.authority_code as area_code,
    authority.authority as area,
    'Upper-tier authority' as area_level,
    known.dfe_number,
    authority.place as sort_order
from authority
inner join {{ ref('national_authority') }} as known
    on authority.authority_code = known.authority_code

union all

select
    around.region_code as area_code,
    around.region as area,
    around.level as area_level,
    around.dfe_number,
    cast(counted.authorities + around.place as smallint) as sort_order
from around
cross join counted
