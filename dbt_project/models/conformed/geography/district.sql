-- As the area's file names districts and authorities; which authority a district is of is the same in all files.
with listed as (
    {{ area_rows('districts', {'district_code': 'varchar', 'district': 'varchar'}) }}
),

authority as (
    {{ area_rows('authorities', {'authority_code': 'varchar', 'authority': 'varchar'}) }}
)

select
    listed.district_code,
    listed.district,
    authority.authority as area,
    cast(row_number() over (order by listed.district) as smallint) as sort_order
from listed
inner join {{ ref('national_district') }} as known
    on listed.district_code = known.district_code
inner join authority
    on known.authority_code = authority.authority_code
