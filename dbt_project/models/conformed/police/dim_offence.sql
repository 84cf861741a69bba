with titled as (
    select
        ho_class,
        ho_sub_code,
        offence_title,
        count(*) as row_count
    from {{ ref('stg_derbyshire_constabulary__crimes') }}
    group by ho_class, ho_sub_code, offence_title
),

seen as (
    select
        ho_class,
        ho_sub_code,
        coalesce(
            min(case when {{ is_in_use('row_count') }} then offence_title end), {{ shape('min(offence_title)') }}
        ) as offence_title
    from titled
    group by ho_class, ho_sub_code
),

known as (
    select
        coalesce(offence_code.ho_class, seen.ho_class) as ho_class,
        coalesce(offence_code.ho_sub_code, seen.ho_sub_code) as ho_sub_code,
        coalesce(offence_code.offence_title, seen.offence_title) as offence_title,
        coalesce(offence_code.recorded_crime_group, 'Unknown') as recorded_crime_group,
        offence_code.ho_class is null as is_inferred
    from {{ ref('offence_code') }} as offence_code
    full outer join seen
        on offence_code.ho_class = seen.ho_class and offence_code.ho_sub_code = seen.ho_sub_code
),

class_exclusion as (
    select
        ho_class,
        min(exclusion) as exclusion
    from {{ ref('serious_violence_exclusion') }}
    where definition_id = '{{ var("definition_id") }}' and applies_to = 'ho_class'
    group by ho_class
)

select
    known.ho_class || ' ' || known.ho_sub_code as offence_code,
    known.ho_class,
    known.ho_sub_code,
    known.offence_title,
    known.recorded_crime_group,
    definition.offence_type,
    definition.offence_subtype,
    class_exclusion.exclusion as class_exclusion,
    known.is_inferred
from known
left join {{ ref('serious_violence_definition') }} as definition
    on
        known.ho_class = definition.ho_class
        and known.ho_sub_code = definition.ho_sub_code
        and definition.definition_id = '{{ var("definition_id") }}'
left join class_exclusion
    on known.ho_class = class_exclusion.ho_class
