-- A later outcome replaces the record of an earlier one, but the report goes on to know the earlier one alone.
with known as (
    select
        crime_reference,
        outcome_sequence,
        outcome_key
    from {{ ref('fct_outcome_version') }}
    where coalesce(outcome_date <= date '{{ var("report_outcomes_end") }}', true)
    qualify row_number() over (partition by crime_reference, outcome_sequence order by known_month desc) = 1
)

select
    offence.crime_reference,
    coalesce(known.outcome_sequence, cast(0 as smallint)) as outcome_sequence,
    coalesce(known.outcome_key, '0') as outcome_key,
    offence.financial_year
from {{ ref('fct_offence') }} as offence
left join known
    on offence.crime_reference = known.crime_reference
where offence.is_serious_violence and {{ has_outcomes_delivered('offence') }}
