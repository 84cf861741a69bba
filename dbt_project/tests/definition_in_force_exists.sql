{{ config(tags=['facts']) }}
-- A definition that has no rule would count nothing, and say nothing.
with named as (
    select '{{ var("definition_id") }}' as definition_id
    union all
    select '{{ var("hotspot_definition_id") }}' as definition_id
    union all
    select '{{ var("school_definition_id") }}' as definition_id
)

select named.definition_id
from named
left join {{ ref('dim_definition_rule') }} as rule
    on named.definition_id = rule.definition_id and rule.effect = 'count'
where rule.definition_id is null
