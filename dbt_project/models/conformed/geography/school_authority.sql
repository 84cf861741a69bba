select
    cast(dfe_number as varchar) as la_code,
    area
from {{ ref('area') }}
where area_level = 'Upper-tier authority' and dfe_number is not null
