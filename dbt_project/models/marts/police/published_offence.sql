{{ config(alias='dim_offence') }}

with in_force as (
    select
        offence_code,
        min(offence_type) as offence_type,
        min(offence_subtype) as offence_subtype
    from {{ ref('bridge_offence_code_rule') }}
    where definition_id = '{{ var("definition_id") }}' and effect = 'count'
    group by offence_code
)

select
    offence.offence_code,
    cast(row_number() over (
        order by
            offence_type.offence_type_order nulls last,
            violence_subtype.sort_order nulls last,
            offence.recorded_crime_group,
            offence.offence_code
    ) as integer) as offence_order,
    offence.ho_class,
    offence.ho_sub_code,
    offence.offence_title,
    offence.recorded_crime_group,
    in_force.offence_type,
    offence_type.offence_type_order,
    offence_type.short_label,
    in_force.offence_subtype,
    offence.is_inferred
from {{ ref('dim_offence') }} as offence
left join in_force
    on offence.offence_code = in_force.offence_code
left join {{ offence_types() }} as offence_type
    on in_force.offence_type = offence_type.offence_type
left join {{ ref('violence_subtype') }} as violence_subtype
    on in_force.offence_subtype = violence_subtype.offence_subtype
