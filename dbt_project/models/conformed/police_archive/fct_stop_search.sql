{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='month_start') }}

with searches as (
    select
        *,
        {{ local_time('searched_at_utc', 'Europe/London') }} as searched_at
    from {{ ref('stg_police_archive__stop_and_search') }}
    where {{ of_changed_month(month_start_of_utc('searched_at_utc')) }}
)

select
    searches.searched_at,
    cast(searches.searched_at as date) as searched_date,
    {{ month_start_of_utc('searches.searched_at_utc') }} as month_start,
    {{ financial_year('searches.searched_at') }} as financial_year,
    coalesce(delivery.part, 'Unknown') as force,
    coalesce(searches.search_type, 'Unknown') as search_type,
    coalesce(searches.gender, 'Unknown') as gender,
    coalesce(searches.age_range, 'Unknown') as age_range,
    coalesce(searches.self_defined_ethnicity, 'Unknown') as self_defined_ethnicity,
    coalesce(searches.officer_defined_ethnicity, 'Unknown') as officer_defined_ethnicity,
    coalesce(searches.legislation, 'Unknown') as legislation,
    coalesce(searches.object_of_search, 'Unknown') as object_of_search,
    coalesce(searches.outcome, 'Unknown') as outcome,
    searches.is_outcome_linked_to_object,
    searches.is_more_than_outer_clothing_removed,
    searches.longitude,
    searches.latitude,
    searches.load_id,
    searches.row_number_in_delivery
from searches
left join {{ source('ledger', 'delivery') }} as delivery
    on searches.load_id = delivery.load_id
