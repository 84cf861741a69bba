{{ config(alias='dim_definition') }}

select
    definition_id,
    cast(row_number() over (order by is_in_force desc, owner asc, definition_name asc) as integer) as definition_order,
    definition_name,
    owner,
    version,
    valid_from,
    valid_to,
    is_in_force,
    source
from {{ ref('dim_definition') }}
