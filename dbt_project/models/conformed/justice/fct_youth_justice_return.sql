select
    returned.area,
    returned.financial_year,
    returned.breakdown,
    returned.unit,
    case
        when returned.offence_group_label is null then 'Not grouped'
        else coalesce(offence_group.conformed, 'Unknown')
    end as offence_group,
    coalesce(offence.conformed, ethnicity.conformed, 'Unknown') as category,
    returned.category_as_sent,
    returned.counted,
    returned.symbol,
    returned.load_id
from {{ ref('stg_justice__offences') }} as returned
{{ join_label('offence_group', 'returned.offence_group_label', 'youth_offence_group') }}
{{ join_label('offence', 'returned.offence_label', 'youth_offence') }}
{{ join_label('ethnicity', 'returned.ethnicity_label', 'ethnicity_group') }}
