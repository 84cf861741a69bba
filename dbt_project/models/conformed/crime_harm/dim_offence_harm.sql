-- A dimension of its own rather than columns of dim_offence: a new edition then leaves the facts unchanged.
with proactive as (
    select distinct ho_sub_code
    from {{ ref('harm_weight') }}
    where is_proactive
)

select
    offence.offence_code,
    offence.ho_sub_code,
    '{{ var("harm_version") }}' as harm_version,
    weight.harm_days,
    weight.harm_days_highest,
    proactive.ho_sub_code is not null as is_proactive,
    coalesce(weight.confidence, 'no weight') as confidence,
    weight.source
from {{ ref('dim_offence') }} as offence
left join {{ ref('dim_harm_weight') }} as weight
    on offence.ho_sub_code = weight.ho_sub_code and weight.is_in_force
left join proactive
    on offence.ho_sub_code = proactive.ho_sub_code
