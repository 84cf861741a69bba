select
    area,
    financial_year,
    cast(age as smallint) as age,
    sex,
    offenders,
    symbol
from {{ ref('fct_youth_justice_offender_count') }}
