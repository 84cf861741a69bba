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

{#
    How far the outcomes of a year are in: the rows of marts.outcome_rates, by basis, financial year, breakdown and category.
    is_mature: whether a rate can be compared with those of other years.
#}
{% macro outcome_years() -%}
    with outcome as (
        {{ outcomes_on_both_bases() }}
    ),

    observed as (
        {{ observed_months() }}
    ),

    counted as (
        select
            outcome.basis,
            outcome.financial_year,
            case
                when grouping(outcome.offence_type) = 0 then 'Offence type'
                when grouping(district.district) = 0 then 'District'
                else 'All offences'
            end as breakdown,
            coalesce(outcome.offence_type, district.district, 'All offences') as category,
            count(*) as outcome_records,
            count(case when outcome.sna_group = 'Positive outcome' then 1 end) as positive_records,
            count(case when outcome.sna_group = 'Other outcome' then 1 end) as other_records,
            count(case when outcome.sna_group = 'Not yet complete' then 1 end) as pending_offences
        from outcome
        inner join {{ ref('dim_district') }} as district
            on outcome.district_code = district.district_code
        group by grouping sets (
            (outcome.basis, outcome.financial_year),
            (outcome.basis, outcome.financial_year, district.district),
            (outcome.basis, outcome.financial_year, outcome.offence_type)
        )
    ),

    rated as (
        select
            counted.*,
            observed.first_month,
            observed.last_month,
            counted.positive_records + counted.other_records as closed_records,
            {{ pct('counted.positive_records', 'counted.outcome_records', 2) }} as positive_percent,
            {{ pct('(counted.positive_records + counted.pending_offences)', 'counted.outcome_records', 2) }}
                as positive_percent_at_most,
            {{ pct('counted.pending_offences', 'counted.outcome_records', 1) }} as pending_percent,
            year.last_day < observed.last_month + interval 1 month as is_year_observed,
            {{ months_between('observed.first_month', 'year.first_day') }} >= {{ var('outcome_history_months') }}
                as has_history,
            100 * counted.pending_offences <= {{ var('outcome_pending_limit') }} * counted.outcome_records
                as is_nearly_complete
        from counted
        inner join {{ ref('dim_financial_year') }} as year
            on counted.financial_year = year.financial_year
        cross join observed
    )

    select
        *,
        is_year_observed and case basis when 'Closed in period' then has_history else is_nearly_complete end as is_mature
    from rated
{%- endmacro %}
