select
    area,
    financial_year,
    age,
    sex,
    offenders,
    symbol
from {{ ref('fct_youth_justice_offender_count') }}
