with titled as (
    select
        ho_class,
        ho_sub_code,
        offence_title,
        count(*) as row_count
    from {{ ref('stg_police__crimes') }}
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
)

select
    ho_class || ' ' || ho_sub_code as offence_code,
    ho_class,
    ho_sub_code,
    offence_title,
    recorded_crime_group,
    is_inferred
from known
