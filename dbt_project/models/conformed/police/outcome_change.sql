{#- How far the outcomes of a year are in, and one test of each rate's change for all marts that show it. -#}
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
        year.start_year,
        year.last_day,
        year.first_day,
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
),

matured as (
    select
        *,
        is_year_observed and case basis when 'Closed in period' then has_history else is_nearly_complete end
            as is_mature
    from rated
),

compared as (
    select
        this_year.*,
        year_before.financial_year as previous_year,
        year_before.first_day as previous_first_day,
        last_year.positive_records as previous_year_positive_records,
        last_year.outcome_records as previous_year_outcome_records,
        last_year.positive_percent as previous_year_positive_percent,
        this_year.is_mature and coalesce(last_year.is_mature, true) as are_both_mature
    from matured as this_year
    {{ join_year_before('matured', ['basis', 'breakdown', 'category']) }}
),

-- A share of two feeds: what breaks one of them breaks it.
feed as (
    select 'crimes' as feed_type
    union all
    select 'outcomes' as feed_type
),

dated as (
    select distinct
        'Outcomes' as series,
        feed.feed_type,
        compared.financial_year,
        compared.first_day,
        compared.last_day,
        compared.previous_year,
        compared.previous_first_day
    from compared
    cross join feed
),

cautioned as (
    {{ change_cautions('dated') }}
),

tested as (
    select
        compared.*,
        cautioned.caution,
        case
            when coalesce(cautioned.is_break, false) then 'series break'
            when not compared.are_both_mature then 'not mature'
        end as refusal,
        {{ shares_test(
            'compared.positive_records', 'compared.outcome_records', 'compared.previous_year_positive_records',
            'compared.previous_year_outcome_records',
            when='compared.are_both_mature and not coalesce(cautioned.is_break, false)'
        ) }} as p_value
    from compared
    left join cautioned
        on compared.financial_year = cautioned.financial_year
),

judged as (
    {{ adjusted('tested', 'basis, financial_year, breakdown') }}
)

select
    basis,
    financial_year,
    breakdown,
    category,
    outcome_records,
    positive_records,
    other_records,
    closed_records,
    pending_offences,
    positive_percent,
    positive_percent_at_most,
    pending_percent,
    first_month,
    last_month,
    is_year_observed,
    has_history,
    is_nearly_complete,
    is_mature,
    previous_year_positive_percent,
    p_value,
    q_value,
    {{ change_word('previous_year_positive_percent', 'positive_percent', refusal='refusal') }} as verdict,
    case when previous_year_positive_percent is not null then caution end as verdict_caution
from judged
