with {{ outcome_triangles('(select max(last.known_month) from known as last)', ['Quarter']) }},

{{ chain_ladder('triangle') }},

named as (
    select distinct
        series,
        outcome_kind,
        offence_type
    from triangle
)

select
    named.outcome_kind,
    named.offence_type,
    named.offence_type = 'All offences' as is_total,
    cast(factor.age as integer) as months_since_recording,
    factor.as_at as known_month,
    factor.cohorts,
    cast(factor.volume as bigint) as known_offences,
    round(factor.development_factor, 4) as development_factor,
    round(sqrt(factor.variance / nullif(factor.volume, 0)), 4) as development_factor_standard_error,
    round(factor.to_ultimate, 4) as factor_to_final
from factor
inner join named
    on factor.series = named.series
