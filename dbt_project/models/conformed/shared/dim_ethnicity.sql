select
    ethnicity.ethnicity_code,
    ethnicity.ethnicity,
    ethnicity.victim_label,
    ethnicity.ethnicity_group,
    ethnicity.sort_order,
    ethnicity_group.sort_order as group_sort_order
from {{ ref('ethnicity') }} as ethnicity
inner join {{ ref('ethnicity_group') }} as ethnicity_group
    on ethnicity.ethnicity_group = ethnicity_group.ethnicity_group
