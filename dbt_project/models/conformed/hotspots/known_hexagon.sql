-- Small and nearly always as it was, so that with a new month dim_hexagon need not be made again. A hexagon of the area
-- counts whether or not crime was recorded in it; without any recorded crime there are none.
with recorded as (
    select distinct hexagon_code from {{ ref('bridge_point_hexagon') }}
)

select hexagon_code
from recorded
union
select hexagon_code
from {{ ref('area_hexagon') }}
where exists (select 1 from recorded)
