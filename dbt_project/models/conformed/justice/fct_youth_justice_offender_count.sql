select
    returned.area,
    returned.financial_year,
    returned.age,
    coalesce(sex.conformed, 'Unknown') as sex,
    cast(returned.offenders as bigint) as offenders,
    returned.symbol,
    returned.load_id
from {{ ref('stg_justice__offenders') }} as returned
{{ join_label('sex', 'returned.sex_label', 'sex') }}
