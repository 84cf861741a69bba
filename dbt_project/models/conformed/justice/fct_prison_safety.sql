select
    returned.measure,
    coalesce(kind.conformed, 'Unknown') as kind,
    case when returned.sex_label is null then 'All' else coalesce(sex.conformed, 'Unknown') end as sex,
    returned.twelve_months_ending,
    cast(returned.incidents as bigint) as incidents,
    returned.incidents_symbol,
    returned.rate_per_1000,
    returned.rate_per_1000_symbol,
    returned.load_id
from {{ ref('stg_justice__safety_in_custody') }} as returned
{{ join_label('kind', 'returned.kind_label', 'prison_safety_kind') }}
{{ join_label('sex', 'returned.sex_label', 'sex') }}
