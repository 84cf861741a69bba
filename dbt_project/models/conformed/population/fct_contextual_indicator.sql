select
    cast(delivery.period as smallint) as calendar_year,
    told.measure,
    told.area_type,
    told.area_code,
    told.area_name,
    case when told.offence_label is null then 'Not applicable' else coalesce(offence.conformed, 'Unknown') end
        as offence_type,
    coalesce(indicator.conformed, 'Unknown') as indicator,
    told.figure,
    told.symbol,
    told.load_id
from {{ ref('stg_hmicfrs__contextual_indicators') }} as told
left join {{ source('ledger', 'delivery') }} as delivery
    on told.load_id = delivery.load_id
{{ join_label('offence', 'told.offence_label', 'contextual_offence') }}
{{ join_label('indicator', 'told.indicator_label', 'contextual_indicator') }}
