-- Hours of the week in the hotspot and control wards, and on the busiest streets of these: which have significantly
-- more offences than an average hour.
with ward as (
    {{ hotspot_wards_in_force() }}
),

committed as (
    {%- for definition, flag in hotspot_definitions() %}
        select
            '{{ definition }}' as definition,
            ward.last_month,
            ward.ward_code,
            offence.street,
            (cast(offence.committed_day_of_week as integer) - 1) * 24 + offence.committed_hour as hour_of_week
        from ward
        inner join {{ ref('fct_offence') }} as offence
            on
                ward.ward_code = offence.ward_code
                and offence.recorded_month between ward.first_month and ward.last_month
        where offence.{{ flag }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

located as (
    select
        'Whole ward' as location,
        committed.*
    from committed

    union all

    select
        'Busiest streets' as location,
        committed.*
    from committed
    inner join {{ ref('hotspot_street') }} as street
        on
            committed.definition = street.definition
            and committed.last_month = street.last_month
            and committed.ward_code = street.ward_code
            and committed.street = street.street
    where street.is_busiest
),

part as (
    select
        definition,
        last_month,
        ward_code,
        location,
        count(*) / 168.0 as mean
    from located
    group by all
),

every as (
    select
        part.definition,
        part.last_month,
        part.ward_code,
        part.location,
        hours.n as hour_of_week,
        count(located.hour_of_week) as offences,
        min(part.mean) as mean
    from part
    cross join {{ numbers(0, 167) }} as hours
    left join located
        on
            part.definition = located.definition
            and part.last_month = located.last_month
            and part.ward_code = located.ward_code
            and part.location = located.location
            and hours.n = located.hour_of_week
    group by all
),

tested as (
    {{ fdr_adjusted('every', 'definition, last_month, ward_code, location') }}
)

select
    definition,
    last_month,
    ward_code,
    location,
    cast(hour_of_week as smallint) as hour_of_week,
    offences,
    mean,
    p_value,
    q_value,
    q_value <= 0.05 as is_hot
from tested
