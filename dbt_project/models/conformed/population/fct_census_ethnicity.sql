select
    counted.authority_code,
    case counted.authority_code
        when 'E06000015' then 'Derby City'
        when 'E10000007' then 'Derbyshire County'
        else 'Outside the county'
    end as area,
    coalesce(ethnic_group.conformed, 'Unknown') as ethnicity_code,
    counted.ethnic_group_label as ethnic_group_as_sent,
    cast(counted.residents as bigint) as residents,
    counted.load_id
from {{ ref('stg_ons__census_ethnicity') }} as counted
{{ join_label('ethnic_group', 'counted.ethnic_group_label', 'census_ethnic_group') }}
