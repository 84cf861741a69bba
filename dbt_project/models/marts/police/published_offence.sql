{{ config(alias='dim_offence') }}

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
    offence.offence_type,
    cast(offence_type.sort_order as integer) as offence_type_order,
    offence_type.short_label,
    offence.offence_subtype,
    offence.is_inferred
from {{ ref('dim_offence') }} as offence
left join {{ ref('offence_type') }} as offence_type
    on offence.offence_type = offence_type.offence_type
left join {{ ref('violence_subtype') }} as violence_subtype
    on offence.offence_subtype = violence_subtype.offence_subtype
