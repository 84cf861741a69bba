-- Streets of the hotspot and control wards: which have significantly more offences than the mean of
-- their ward's streets.
with street as (
    select distinct
        ward_code,
        street
    from {{ ref('fct_offence') }}
    where street is not null
),

definition (definition) as (
    {{ hotspot_definition_rows() }}
),

ward as (
    {{ hotspot_wards_in_force() }}
),

counted as (
    {%- for definition, flag in hotspot_definitions() %}
        select
            '{{ definition }}' as definition,
            ward.last_month,
            ward.ward_code,
            offence.street,
            count(*) as offences
        from ward
        inner join {{ ref('fct_offence') }} as offence
            on
                ward.ward_code = offence.ward_code
                and offence.recorded_month between ward.first_month and ward.last_month
        where offence.{{ flag }} and offence.street is not null
        group by all
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

every as (
    select
        definition.definition,
        ward.last_month,
        ward.ward_code,
        street.street,
        coalesce(counted.offences, 0) as offences
    from ward
    cross join definition
    inner join street
        on ward.ward_code = street.ward_code
    left join counted
        on
            definition.definition = counted.definition
            and ward.last_month = counted.last_month
            and ward.ward_code = counted.ward_code
            and street.street = counted.street
),

averaged as (
    select
        *,
        avg(offences) over (partition by definition, last_month, ward_code) as mean
    from every
),

tested as (
    {{ fdr_adjusted('averaged', 'definition, last_month, ward_code') }}
)

select
    definition,
    last_month,
    ward_code,
    street,
    offences,
    mean,
    p_value,
    q_value,
    q_value <= 0.05 as is_busiest
from tested
