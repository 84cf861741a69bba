select
    returned.counted_on,
    coalesce(offence_group.conformed, 'Unknown') as offence_group,
    coalesce(sex.conformed, 'Unknown') as sex,
    cast(returned.prisoners as bigint) as prisoners,
    returned.symbol,
    returned.load_id
from {{ ref('stg_justice__prison_population') }} as returned
{{ join_label('offence_group', 'returned.offence_group_label', 'prison_offence_group') }}
{{ join_label('sex', 'returned.sex_label', 'sex') }}
