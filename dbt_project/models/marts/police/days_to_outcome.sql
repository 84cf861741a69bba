-- Kaplan and Meier (1958) in days. An offence without an outcome is censored at the end of the last month delivered.
with observed as (
    {{ observed_months() }}
),

first_outcome as (
    select
        crime_reference,
        min(outcome_date) as outcome_date
    from {{ ref('fct_outcome') }}
    where outcome_date is not null
    group by crime_reference
),

waited as (
    select
        offence.financial_year,
        offence.offence_type,
        observed.last_month as observed_to,
        first_outcome.outcome_date is not null as is_closed,
        greatest(cast(
            coalesce(first_outcome.outcome_date, last_day(observed.last_month)) - offence.recorded_date as integer
        ), 0) as days
    from {{ ref('fct_offence') }} as offence
    inner join observed
        on offence.recorded_month <= observed.last_month
    left join first_outcome
        on offence.crime_reference = first_outcome.crime_reference
    where offence.is_serious_violence and {{ has_outcomes_delivered('offence') }}
),

by_day as (
    select
        financial_year,
        case when grouping(offence_type) = 0 then offence_type else 'All offences' end as offence_type,
        observed_to,
        days,
        count(*) as offences,
        count(case when is_closed then 1 end) as closed
    from waited
    group by grouping sets (
        (financial_year, observed_to, days, offence_type), (financial_year, observed_to, days)
    )
),

at_risk as (
    select
        *,
        cast(sum(offences) over (
            partition by financial_year, offence_type
            order by days desc rows between unbounded preceding and current row
        ) as bigint) as waiting
    from by_day
),

survival as (
    select
        *,
        -- A product of many parts that should be a half can miss it by a hair.
        round(product(1 - cast(closed as double) / waiting) over so_far, 12) as open_share,
        sum(cast(closed as double) / (waiting * nullif(waiting - closed, 0))) over so_far as greenwood
    from at_risk
    window so_far as (
        partition by financial_year, offence_type order by days rows between unbounded preceding and current row
    )
),

-- Limits of the share by its complementary logarithm: they stay between 0 and 1 (Kalbfleisch and Prentice).
limited as (
    select
        *,
        case
            when open_share between 1e-12 and 1 - 1e-12
                then 1.959963984540054 * sqrt(greenwood) / ln(open_share)
        end as reach
    from survival
)

select
    financial_year,
    offence_type,
    offence_type = 'All offences' as is_total,
    observed_to,
    cast(sum(offences) as bigint) as offences,
    cast(sum(closed) as bigint) as closed_offences,
    cast(sum(offences) - sum(closed) as bigint) as pending_offences,
    min(case when open_share <= 0.75 then days end) as days_lower_quartile,
    min(case when open_share <= 0.5 then days end) as days_median,
    min(case when power(open_share, exp(-reach)) <= 0.5 or open_share = 0 then days end) as days_median_lower_95,
    min(case when power(open_share, exp(reach)) <= 0.5 or open_share = 0 then days end) as days_median_upper_95,
    min(case when open_share <= 0.25 then days end) as days_upper_quartile,
    case
        when sum(offences) < {{ var('compare_minimum') }}
            then 'Small numbers: fewer than {{ var("compare_minimum") }} offences.'
    end as caveat
from limited
group by financial_year, offence_type, observed_to
