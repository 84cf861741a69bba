{#
    Outcome records of serious violence on two bases. "Recorded in period" counts a record, or the lack of one, where its
    crime was recorded (as table T40 does); "Closed in period" counts a record where it is dated.
    Columns: basis, month_start, financial_year, district_code, offence_type, sna_group.
#}
{% macro outcomes_on_both_bases() -%}
    select
        'Recorded in period' as basis,
        offence.recorded_month as month_start,
        record.financial_year,
        record.district_code,
        record.offence_type,
        outcome.sna_group
    from {{ ref('fct_outcome') }} as record
    inner join {{ ref('fct_offence') }} as offence
        on record.crime_reference = offence.crime_reference
    inner join {{ ref('dim_outcome') }} as outcome
        on record.outcome_key = outcome.outcome_key
    where record.is_serious_violence and {{ has_outcomes_delivered('offence') }}

    union all

    select
        'Closed in period' as basis,
        cast(date_trunc('month', record.outcome_date) as date) as month_start,
        {{ financial_year('record.outcome_date') }} as financial_year,
        record.district_code,
        record.offence_type,
        outcome.sna_group
    from {{ ref('fct_outcome') }} as record
    inner join {{ ref('dim_outcome') }} as outcome
        on record.outcome_key = outcome.outcome_key
    where record.is_serious_violence and record.outcome_date is not null
{%- endmacro %}

{#
    One row: the months between which crimes and their outcomes can be seen, those of every force that sends outcomes; none where
    one of them has not delivered both. The clock plays no part, so that the same deliveries always produce the same marts.
#}
{% macro observed_months() -%}
    select
        max(crimes.first_month) as first_month,
        min(least(crimes.last_month, outcomes.last_outcome_month)) as last_month
    from (
        select
            {{ force_of('offence.') }} as force,
            min(offence.recorded_month) as first_month,
            max(offence.recorded_month) as last_month
        from {{ ref('fct_offence') }} as offence
        group by all
    ) as crimes
    inner join (
        {{ outcome_months() }}
    ) as outcomes
        on crimes.force = outcomes.sender
    having count(*) >= {{ [senders_of('outcomes') | length, 1] | max }}
{%- endmacro %}

{# The months of the first and the last outcome of each force that has delivered any: sender,
first_outcome_month, last_outcome_month. #}
{% macro outcome_months() -%}
    select
        {{ force_of('record.') }} as sender,
        cast(date_trunc('month', min(record.outcome_date)) as date) as first_outcome_month,
        cast(date_trunc('month', max(record.outcome_date)) as date) as last_outcome_month
    from {{ ref('fct_outcome') }} as record
    where record.outcome_date is not null
    group by all
{%- endmacro %}

{#
    Whether the outcomes of an offence were delivered, by its own force: before the first and after the last delivery, a crime
    without an outcome record is not one that is not yet complete.

    offence   alias of fct_offence; none where it is the only relation
#}
{% macro has_outcomes_delivered(offence=none) -%}
    {%- set of = offence ~ '.' if offence else '' -%}
    exists (
        select 1
        from (
            {{ outcome_months() }}
        ) as delivered
        where
            {{ force_of(of) }} = delivered.sender
            and {{ of }}recorded_month between delivered.first_outcome_month and delivered.last_outcome_month
    )
{%- endmacro %}

{# Whole months from one first of a month to another. #}
{% macro months_between(earlier, later) -%}
    (12 * (year({{ later }}) - year({{ earlier }})) + month({{ later }}) - month({{ earlier }}))
{%- endmacro %}
