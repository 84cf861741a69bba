{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='month_start') }}

with outcome as (
    select
        *,
        {{ month_start_of_label('outcome_month') }} as month_start
    from {{ ref('stg_police_archive__outcomes') }}
    where {{ of_changed_month(month_start_of_label('outcome_month')) }}
)

select
    outcome.crime_id,
    outcome.month_start,
    {{ financial_year('outcome.month_start') }} as financial_year,
    outcome.reported_by,
    outcome.falls_within,
    outcome.longitude,
    outcome.latitude,
    outcome.location_name,
    lsoa.lsoa_code,
    lsoa.district_code,
    outcome.outcome_type,
    outcome.load_id,
    outcome.row_number_in_delivery
from outcome
inner join {{ ref('dim_lsoa') }} as lsoa
    on coalesce(outcome.lsoa_code, 'Unknown') = lsoa.lsoa_code
