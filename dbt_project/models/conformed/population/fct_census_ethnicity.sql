select
    counted.authority_code,
    coalesce(area.area, 'Outside the county') as area,
    coalesce(ethnic_group.conformed, 'Unknown') as ethnicity_code,
    counted.ethnic_group_label as ethnic_group_as_sent,
    cast(counted.residents as bigint) as residents,
    counted.load_id
from {{ ref('stg_population__census_ethnicity') }} as counted
left join {{ ref('area') }} as area
    on counted.authority_code = area.area_code
{{ join_label('ethnic_group', 'counted.ethnic_group_label', 'census_ethnic_group') }}
