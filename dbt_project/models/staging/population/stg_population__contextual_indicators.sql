select
    agency,
    measure,
    area_type,
    area_code,
    area_name,
    case when offence <> 'Not applicable' then offence end as offence_label,
    indicator as indicator_label,
    figure,
    figure_symbol as symbol,
    _load_id as load_id
from {{ source('landing', 'population__contextual_indicators') }}
