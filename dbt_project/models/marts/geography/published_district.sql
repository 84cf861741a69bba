{{ config(alias='dim_district') }}

select
    district_code,
    district,
    cast(sort_order as integer) as district_order,
    area,
    is_in_county
from {{ ref('dim_district') }}
