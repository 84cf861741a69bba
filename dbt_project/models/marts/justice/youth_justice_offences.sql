select
    area,
    financial_year,
    offence_group,
    category as offence,
    category_as_sent as offence_as_sent,
    cast(counted as bigint) as offences,
    symbol
from {{ ref('fct_youth_justice_return') }}
where unit = 'count'
