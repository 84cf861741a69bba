select
    definition_id,
    definition_name,
    owner,
    version,
    try_cast(valid_from as date) as valid_from,
    try_cast(valid_to as date) as valid_to,
    definition_id = '{{ var("definition_id") }}' as is_in_force,
    source
from {{ ref('violence_definition') }}
