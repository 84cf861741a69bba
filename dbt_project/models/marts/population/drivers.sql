with published as (
    select
        offence_type as crime_type,
        indicator,
        cast(figure as double) / 100 as coefficient
    from {{ ref('fct_contextual_indicator') }}
    where measure = 'Correlation' and figure is not null
),

named as (
    select distinct
        indicator,
        indicator_group,
        caveat
    from {{ ref('lsoa_indicator') }}
)

select
    'Computed here' as source,
    computed.crime_source,
    computed.crime_type,
    named.indicator_group,
    computed.indicator,
    computed.method,
    round(computed.coefficient, 4) as coefficient,
    round(computed.low, 4) as coefficient_lower_95,
    round(computed.high, 4) as coefficient_upper_95,
    computed.p_value,
    computed.q_value,
    computed.q_value < 0.05 as is_significant,
    computed.lsoas,
    round(computed.effective_lsoas, 1) as effective_lsoas,
    computed.offences,
    round(computed.residual_moran_i, 4) as residual_moran_i,
    computed.residual_moran_p_value,
    computed.residual_moran_q_value,
    computed.residual_moran_i > 0 and computed.residual_moran_q_value < 0.05 as is_residual_clustered,
    published.coefficient as published_coefficient,
    named.caveat
from {{ ref('driver_correlation') }} as computed
inner join named
    on computed.indicator = named.indicator
left join published
    on
        computed.crime_type = published.crime_type
        and computed.indicator = published.indicator
        and computed.crime_source = 'Serious violence'
where not isnan(computed.coefficient)

union all

select
    'HMICFRS Digital Crime and Performance Pack' as source,
    'Not stated' as crime_source,
    crime_type,
    'As published' as indicator_group,
    indicator,
    'Not stated' as method,
    coefficient,
    null as coefficient_lower_95,
    null as coefficient_upper_95,
    null as p_value,
    null as q_value,
    null as is_significant,
    null as lsoas,
    null as effective_lsoas,
    null as offences,
    null as residual_moran_i,
    null as residual_moran_p_value,
    null as residual_moran_q_value,
    null as is_residual_clustered,
    coefficient as published_coefficient,
    'Published by the inspectorate, which does not say over which areas and years, nor which coefficient' as caveat
from published
