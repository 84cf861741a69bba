select
    cast(delivery.period as smallint) as calendar_year,
    published.measure,
    published.area_type,
    published.area_code,
    published.area_name,
    case when published.offence_label is null then 'Not applicable' else coalesce(offence.conformed, 'Unknown') end
        as offence_type,
    coalesce(indicator.conformed, 'Unknown') as indicator,
    published.figure,
    published.symbol,
    published.load_id
from {{ ref('stg_population__contextual_indicators') }} as published
left join {{ source('ledger', 'delivery') }} as delivery
    on published.load_id = delivery.load_id
{{ join_label('offence', 'published.offence_label', 'contextual_offence') }}
{{ join_label('indicator', 'published.indicator_label', 'contextual_indicator') }}
