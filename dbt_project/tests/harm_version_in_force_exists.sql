{{ config(tags=['facts']) }}
-- A harm_version of which nothing is known would leave every offence without a weight.
select '{{ var("harm_version") }}' as harm_version
where not exists (
    select 1
    from {{ ref('dim_harm_weight') }}
    where harm_version = '{{ var("harm_version") }}'
)
