{{ config(tags=['facts']) }}
-- A definition that has no rule would count nothing, and say nothing.
{% for name in ['definition_id', 'hotspot_definition_id', 'school_definition_id'] %}
    select '{{ var(name) }}' as definition_id
    where not exists (
        select 1
        from {{ ref('dim_definition_rule') }}
        where definition_id = '{{ var(name) }}' and effect = 'count'
    )
    {{ 'union all' if not loop.last }}
{% endfor %}
