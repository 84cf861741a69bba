{#
    Outcome records of serious violence on two bases. "Recorded in period" counts a record, or the lack of one, where its
    crime was recorded (as table T40 does); "Closed in period" counts a record where it is dated.
    Gives basis, month_start, financial_year, district_code, offence_type, sna_group.
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
    where record.is_serious_violence

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
    One row: the months between which crimes and their outcomes can be seen. The clock plays no part, so that the same
    deliveries always give the same marts.
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
{%- endmacro %}

{# Whole months from one first of a month to another. #}
{% macro months_between(earlier, later) -%}
    (12 * (year({{ later }}) - year({{ earlier }})) + month({{ later }}) - month({{ earlier }}))
{%- endmacro %}
