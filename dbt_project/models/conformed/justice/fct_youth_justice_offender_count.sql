with returned as (
    select * from {{ ref('stg_derby_city_youth_justice__offenders') }}
    union all by name
    select * from {{ ref('stg_derbyshire_county_youth_justice__offenders') }}
)

select
    returned.area,
    returned.financial_year,
    returned.age,
    coalesce(sex.conformed, 'Unknown') as sex,
    cast(returned.offenders as bigint) as offenders,
    returned.symbol,
    returned.load_id
from returned
{{ join_label('sex', 'returned.sex_label', 'sex') }}
