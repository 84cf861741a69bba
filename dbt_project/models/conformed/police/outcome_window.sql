{{ config(materialized='view') }}

{{ outcome_months() }}
