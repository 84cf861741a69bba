select
    counted.academic_year,
    area.area_code,
    area.area,
    counted.phase,
    counted.exclusion_kind,
    counted.reason,
    cast(counted.counted as bigint) as exclusions,
    counted.symbol
from {{ ref('fct_school_exclusion_count') }} as counted
inner join {{ ref('dim_area') }} as area
    on counted.area_code = area.area_code
where counted.source = 'Local authorities'
