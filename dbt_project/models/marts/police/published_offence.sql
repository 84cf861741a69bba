{{ config(alias='dim_offence') }}

with counted as (
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
            offence_type.sort_order nulls last,
            violence_subtype.sort_order nulls last,
            offence.recorded_crime_group,
            offence.offence_code
    ) as integer) as offence_order,
    offence.ho_class,
    offence.ho_sub_code,
    offence.offence_title,
    offence.recorded_crime_group,
    counted.offence_type,
    cast(offence_type.sort_order as integer) as offence_type_order,
    offence_type.short_label,
    counted.offence_subtype,
    offence.is_inferred
from {{ ref('dim_offence') }} as offence
left join counted
    on offence.offence_code = counted.offence_code
left join {{ ref('offence_type') }} as offence_type
    on counted.offence_type = offence_type.offence_type
left join {{ ref('violence_subtype') }} as violence_subtype
    on counted.offence_subtype = violence_subtype.offence_subtype
