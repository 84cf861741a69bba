-- A delivery of a month says what was known at its end. When it was received says less: a first load brings years.
with version as (
    select
        record.crime_reference,
        cast(record.outcome_sequence as smallint) as outcome_sequence,
        {{ outcome_key('record.outcome_code', 'record.decision_maker') }} as outcome_key,
        record.outcome_date,
        {{ month_start_of_label('delivery.period') }} as known_month,
        record.load_id
    from {{ ref('stg_police__outcome_versions') }} as record
    inner join {{ source('ledger', 'delivery') }} as delivery
        on record.load_id = delivery.load_id
    inner join {{ ref('fct_offence') }} as offence
        on record.crime_reference = offence.crime_reference
    where offence.is_serious_violence
    -- Of several rows about one record in a month the last one counts, as in fct_outcome.
    qualify row_number() over (
        partition by record.crime_reference, record.outcome_sequence, delivery.period
        order by delivery.received_at desc, delivery.version desc, record.row_number_in_delivery desc
    ) = 1
)

select
    crime_reference,
    outcome_sequence,
    known_month,
    lead(known_month) over (partition by crime_reference, outcome_sequence order by known_month) as replaced_month,
    outcome_key,
    outcome_date,
    load_id
from version
