select
    offence_type,
    offence_type_order,
    short_label
from {{ offence_types() }}
