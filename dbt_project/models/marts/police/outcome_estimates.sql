-- As at the end of each quarter and of the last month: the months between would say little more.
{% set as_at = "(
    case
        when month(known.known_month) % 3 = 0 then known.known_month
        else (select max(last.known_month) from known as last)
    end
)" %}
with {{ outcome_triangles(as_at, ['Quarter', 'Financial year']) }},

{{ chain_ladder('triangle') }},

-- The cohorts as they were known; a year once it has all its quarters.
cohort as (
    select
        series,
        cohort_kind,
        outcome_kind,
        offence_type,
        financial_year,
        as_at,
        cohort_group,
        cast(min(age) as integer) as months_since_recording,
        cast(sum(offences) as bigint) as offences,
        cast(sum(value) as bigint) as known_offences,
        cast(sum(pending_offences) as bigint) as pending_offences
    from triangle
    where known_month = as_at
    group by series, cohort_kind, outcome_kind, offence_type, financial_year, as_at, cohort_group
    having cohort_kind = 'Quarter' or count(*) = 4
),

judged as (
    select
        *,
        max(as_at) over () as last_month,
        max(months_since_recording) over (partition by outcome_kind, offence_type, as_at) as months_of_development,
        100 * pending_offences <= {{ var('outcome_pending_limit') }} * offences as is_mature
    from cohort
),

-- The log-normal distribution with the mean and error of the estimate (Mack 1993): it is never below 0.
estimated as (
    select
        judged.*,
        later.known_offences as last_known_offences,
        later.is_mature as is_mature_now,
        estimate.ultimate,
        estimate.standard_error,
        sqrt(ln(1 + power(estimate.standard_error / nullif(estimate.ultimate, 0), 2))) as log_error
    from judged
    inner join estimate
        on
            judged.series = estimate.series
            and judged.as_at = estimate.as_at
            and judged.cohort_group = estimate.cohort_group
    inner join judged as later
        on
            judged.series = later.series
            and judged.cohort_group = later.cohort_group
            and judged.last_month = later.as_at
),

limited as (
    select
        *,
        least(ultimate, known_offences + pending_offences) as final,
        least(
            coalesce(ultimate * exp(-power(log_error, 2) / 2 - 1.959963984540054 * log_error), ultimate),
            known_offences + pending_offences
        ) as final_lower,
        least(
            coalesce(ultimate * exp(-power(log_error, 2) / 2 + 1.959963984540054 * log_error), ultimate),
            known_offences + pending_offences
        ) as final_upper
    from estimated
)

select
    outcome_kind,
    offence_type,
    offence_type = 'All offences' as is_total,
    cohort_kind,
    cohort_group as cohort,
    financial_year,
    as_at as known_month,
    as_at = last_month as is_latest,
    months_since_recording,
    months_of_development,
    offences,
    known_offences,
    {{ pct('known_offences', 'offences', 1) }} as known_offences_percent,
    {{ share_limits('known_offences_percent', 'known_offences', 'offences') }},
    round(final, 1) as final_offences,
    round(standard_error, 1) as final_offences_standard_error,
    round(final_lower, 1) as final_offences_lower_95,
    round(final_upper, 1) as final_offences_upper_95,
    round(100 * final / offences, 1) as final_percent,
    round(100 * final_lower / offences, 1) as final_percent_lower_95,
    round(100 * final_upper / offences, 1) as final_percent_upper_95,
    is_mature,
    last_known_offences,
    case
        when is_mature_now and not is_mature and as_at < last_month
            then last_known_offences between floor(final_lower) and ceil(final_upper)
    end as is_within_limits,
    nullif(concat_ws(
        ' ',
        case
            when not is_mature
                then
                    'Immature: ' || cast(pending_offences as varchar) || ' of ' || cast(offences as varchar)
                    || ' have no outcome yet.'
        end,
        case
            when months_of_development < {{ 2 * var('outcome_history_months') }}
                then
                    'Short history: what comes after ' || cast(months_of_development as varchar)
                    || ' months is not known, so the estimate is too low.'
        end,
        case
            when ultimate > known_offences + pending_offences + 0.5
                then 'Capped: by the pace of earlier cohorts there would be more than are still open.'
        end,
        case
            when known_offences < {{ var('compare_minimum') }}
                then 'Small numbers: fewer than {{ var("compare_minimum") }} are known, from which little follows.'
        end
    ), '') as caveat
from limited
