select
    counted.academic_year,
    area.area_code,
    area.area,
    area.area_level,
    counted.phase,
    counted.phase = 'All phases' as is_total,
    counted.exclusion_kind,
    counted.reason,
    cast(counted.counted as bigint) as exclusions,
    counted.symbol
from {{ ref('fct_school_exclusion_count') }} as counted
inner join {{ ref('dim_area') }} as area
    on counted.area_code = area.area_code
where
    counted.source = 'Department for Education'
    and counted.area_code <> 'Elsewhere'
    and counted.is_latest_release
