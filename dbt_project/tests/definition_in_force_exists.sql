{{ config(tags=['facts']) }}
-- A definition_id that no seed row has would count nothing as serious violence, and say nothing.
select '{{ var("definition_id") }}' as definition_id
where not exists (
    select 1
    from {{ ref('serious_violence_definition') }}
    where definition_id = '{{ var("definition_id") }}'
)
