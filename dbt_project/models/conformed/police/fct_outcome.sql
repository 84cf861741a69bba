{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='crime_reference') }}

with recorded as (
    select
        record.crime_reference,
        record.agency,
        cast(record.outcome_sequence as smallint) as outcome_sequence,
        {{ outcome_key('record.outcome_code', 'record.decision_maker') }} as outcome_key,
        record.decision_maker,
        record.outcome_date,
        record.load_id
    from {{ ref('stg_police__outcomes') }} as record
    where {{ of_changed_crime('record.crime_reference') }}
),

not_yet_complete as (
    select
        crime_reference,
        agency,
        cast(0 as smallint) as outcome_sequence,
        outcome_key,
        cast(null as varchar) as decision_maker,
        cast(null as date) as outcome_date,
        load_id
    from {{ ref('fct_offence') }}
    where outcome_key = '0' and {{ of_changed_crime('crime_reference') }}
),

outcome_record as (
    select * from recorded
    union all
    select * from not_yet_complete
)

select
    outcome_record.crime_reference,
    outcome_record.agency,
    outcome_record.outcome_sequence,
    outcome_record.outcome_key,
    outcome_record.decision_maker,
    outcome_record.outcome_date,
    {{ offence_attributes() }},
    outcome_record.load_id
from outcome_record
left join {{ ref('fct_offence') }} as offence
    on outcome_record.crime_reference = offence.crime_reference
