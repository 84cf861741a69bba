-- A later outcome replaces the record of an earlier one, but the report goes on to know the earlier one alone.
with known as (
    select
        report.report_id,
        version.crime_reference,
        version.outcome_sequence,
        version.outcome_key
    from {{ ref('fct_outcome_version') }} as version
    inner join {{ ref('report_window') }} as report
        on coalesce(version.outcome_date <= report.outcomes_end, true)
    qualify
        row_number() over (
            partition by report.report_id, version.crime_reference, version.outcome_sequence
            order by version.known_month desc
        ) = 1
)

select
    report.report_id,
    offence.crime_reference,
    coalesce(known.outcome_sequence, cast(0 as smallint)) as outcome_sequence,
    coalesce(known.outcome_key, '0') as outcome_key,
    offence.financial_year
from {{ ref('fct_offence') }} as offence
cross join {{ ref('report_window') }} as report
left join known
    on report.report_id = known.report_id and offence.crime_reference = known.crime_reference
where offence.is_serious_violence and {{ has_outcomes_delivered('offence') }}
