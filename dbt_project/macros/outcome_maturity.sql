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
    where record.is_serious_violence and {{ has_outcomes_delivered('offence.recorded_month') }}

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
    One row: the months between which crimes and their outcomes can be seen; none where either was never delivered. The
    clock plays no part, so that the same deliveries always produce the same marts.
#}
{% macro observed_months() -%}
    select
        crimes.first_month,
        least(crimes.last_month, outcomes.last_month) as last_month
    from (
        select
            min(recorded_month) as first_month,
            max(recorded_month) as last_month
        from {{ ref('fct_offence') }}
    ) as crimes
    cross join (
        select cast(date_trunc('month', max(outcome_date)) as date) as last_month
        from {{ ref('fct_outcome') }}
    ) as outcomes
    where crimes.first_month is not null and outcomes.last_month is not null
{%- endmacro %}

{#
    Whether the outcomes of crimes recorded in a month were delivered: before the first and after the last delivery, a crime
    without an outcome record is not one that is not yet complete.
#}
{% macro has_outcomes_delivered(recorded_month) -%}
    {{ recorded_month }} between (
        select cast(date_trunc('month', min(delivered.outcome_date)) as date)
        from {{ ref('fct_outcome') }} as delivered
    ) and (
        select cast(date_trunc('month', max(delivered.outcome_date)) as date)
        from {{ ref('fct_outcome') }} as delivered
    )
{%- endmacro %}

{# Whole months from one first of a month to another. #}
{% macro months_between(earlier, later) -%}
    (12 * (year({{ later }}) - year({{ earlier }})) + month({{ later }}) - month({{ earlier }}))
{%- endmacro %}
