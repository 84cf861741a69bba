-- At the end of a month an offence has the outcomes whose deliveries there were by then, as these had them.
with version as (
    select
        version.crime_reference,
        version.known_month,
        version.replaced_month,
        outcome.is_positive
    from {{ ref('fct_outcome_version') }} as version
    inner join {{ ref('dim_outcome') }} as outcome
        on version.outcome_key = outcome.outcome_key
),

span as (
    select
        min(known_month) as first_month,
        max(known_month) as last_month
    from {{ ref('fct_outcome_version') }}
),

month as (
    select distinct
        day.month_start,
        day.financial_year,
        day.financial_year
        || ' Q' || cast({{ integer_divide('((day.month_number + 8) % 12)', '3') }} + 1 as varchar) as quarter_label
    from {{ ref('dim_date') }} as day
    cross join span
    where day.month_start between span.first_month and span.last_month
),

-- Whole quarters of crimes and outcomes alone.
quarter as (
    select
        quarter_label,
        min(financial_year) as financial_year,
        max(month_start) as last_month
    from month
    where month_start in (select offence.recorded_month from {{ ref('fct_offence') }} as offence)
    group by quarter_label
    having count(*) = 3
),

offence as (
    select
        offence.crime_reference,
        offence.offence_type,
        quarter.quarter_label,
        quarter.last_month
    from {{ ref('fct_offence') }} as offence
    inner join month
        on offence.recorded_month = month.month_start
    inner join quarter
        on month.quarter_label = quarter.quarter_label
    where offence.is_serious_violence
),

moment as (
    select distinct
        crime_reference,
        known_month
    from version
),

state as (
    select
        moment.crime_reference,
        moment.known_month,
        max(case when version.is_positive then 1 else 0 end) as positive
    from moment
    inner join version
        on
            moment.crime_reference = version.crime_reference
            and moment.known_month >= version.known_month
            and moment.known_month < coalesce(version.replaced_month, date '9999-12-31')
    group by moment.crime_reference, moment.known_month
),

change as (
    select
        crime_reference,
        known_month,
        case when row_number() over so_far = 1 then 1 else 0 end as closed,
        positive - coalesce(lag(positive) over so_far, 0) as positive
    from state
    window so_far as (partition by crime_reference order by known_month)
),

changed as (
    select
        offence.quarter_label,
        offence.offence_type,
        greatest(change.known_month, offence.last_month) as known_month,
        sum(change.closed) as closed,
        sum(change.positive) as positive
    from change
    inner join offence
        on change.crime_reference = offence.crime_reference
    group by all
),

recorded as (
    select
        quarter_label,
        offence_type,
        count(*) as offences
    from offence
    group by quarter_label, offence_type
),

typed as (
    select
        quarter.financial_year,
        quarter.quarter_label,
        quarter.last_month as cohort_last_month,
        recorded.offence_type,
        month.month_start as known_month,
        recorded.offences,
        sum(coalesce(changed.closed, 0)) over so_far as closed_offences,
        sum(coalesce(changed.positive, 0)) over so_far as positive_offences
    from recorded
    inner join quarter
        on recorded.quarter_label = quarter.quarter_label
    inner join month
        on quarter.last_month <= month.month_start
    left join changed
        on
            recorded.quarter_label = changed.quarter_label
            and recorded.offence_type = changed.offence_type
            and month.month_start = changed.known_month
    window so_far as (partition by recorded.quarter_label, recorded.offence_type order by month.month_start)
)

select
    financial_year,
    quarter_label,
    cohort_last_month,
    case when grouping(offence_type) = 0 then offence_type else 'All offences' end as offence_type,
    known_month,
    cast({{ months_between('cohort_last_month', 'known_month') }} as integer) as months_since_recording,
    cast(sum(offences) as bigint) as offences,
    cast(sum(closed_offences) as bigint) as closed_offences,
    cast(sum(positive_offences) as bigint) as positive_offences
from typed
group by grouping sets (
    (financial_year, quarter_label, cohort_last_month, known_month, offence_type),
    (financial_year, quarter_label, cohort_last_month, known_month)
)
