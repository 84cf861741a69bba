{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='crime_reference') }}

{{ person_fact('stg_people__victims') }}
