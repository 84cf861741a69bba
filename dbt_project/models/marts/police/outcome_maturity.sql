-- An offence is closed from its first outcome record on, and positive from its first positive one on, so no later
-- record takes anything back and every row of the triangle can only rise.
with observed as (
    {{ observed_months() }}
),

closure as (
    select
        record.crime_reference,
        cast(date_trunc('month', min(record.outcome_date)) as date) as closed_month,
        cast(
            date_trunc('month', min(case when outcome.is_positive then record.outcome_date end)) as date
        ) as positive_month
    from {{ ref('fct_outcome') }} as record
    inner join {{ ref('dim_outcome') }} as outcome
        on record.outcome_key = outcome.outcome_key
    where record.is_serious_violence and record.outcome_date is not null
    group by record.crime_reference
),

offence as (
    select
        offence.recorded_month,
        {{ months_between('offence.recorded_month', 'closure.closed_month') }} as closed_after,
        {{ months_between('offence.recorded_month', 'closure.positive_month') }} as positive_after
    from {{ ref('fct_offence') }} as offence
    left join closure
        on offence.crime_reference = closure.crime_reference
    where offence.is_serious_violence and {{ has_outcomes_delivered('offence') }}
),

recorded_month as (
    select distinct
        month_start,
        month_label,
        financial_year,
        financial_year
        || ' Q' || cast({{ integer_divide('((month_number + 8) % 12)', '3') }} + 1 as varchar) as quarter_label
    from {{ ref('dim_date') }}
),

-- Every month belongs to three cohorts. A quarter or year is as old as its youngest month.
cohort_month as (
    {% for kind, label in [
        ('Month', 'month_label'),
        ('Quarter', 'quarter_label'),
        ('Financial year', 'financial_year'),
    ] %}
        select
            '{{ kind }}' as cohort_kind,
            {{ label }} as cohort,
            financial_year,
            month_start,
            min(month_start) over (partition by {{ label }}) as cohort_first_month,
            max(month_start) over (partition by {{ label }}) as cohort_last_month
        from recorded_month
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Few rows from many: how many offences of a cohort were closed after exactly so many months.
waited as (
    select
        cohort_month.cohort_kind,
        cohort_month.cohort,
        cohort_month.financial_year,
        cohort_month.cohort_first_month,
        cohort_month.cohort_last_month,
        offence.closed_after,
        offence.positive_after,
        count(*) as offences
    from offence
    inner join cohort_month
        on offence.recorded_month = cohort_month.month_start
    group by all
),

age as (
    select cast(n as integer) as months_since_recording
    from {{ numbers(0, 1440) }}
),

cell as (
    select
        waited.cohort_kind,
        waited.cohort,
        waited.financial_year,
        waited.cohort_first_month,
        waited.cohort_last_month,
        age.months_since_recording,
        observed.last_month as observed_to,
        age.months_since_recording
        <= {{ months_between('waited.cohort_last_month', 'observed.last_month') }} as is_observable,
        age.months_since_recording
        = {{ months_between('waited.cohort_last_month', 'observed.last_month') }} as is_latest,
        cast(sum(waited.offences) as bigint) as offences,
        cast(sum(
            case when waited.closed_after <= age.months_since_recording then waited.offences else 0 end
        ) as bigint) as closed_offences,
        cast(sum(
            case when waited.positive_after <= age.months_since_recording then waited.offences else 0 end
        ) as bigint) as positive_offences
    from waited
    cross join observed
    inner join age
        on age.months_since_recording <= {{ months_between('observed.first_month', 'observed.last_month') }}
    group by all
)

select
    cohort_kind,
    cohort,
    financial_year,
    cohort_first_month,
    cohort_last_month,
    months_since_recording,
    observed_to,
    is_observable,
    is_latest,
    offences,
    case when is_observable then closed_offences end as closed_offences,
    case when is_observable then positive_offences end as positive_offences,
    case when is_observable then {{ pct('closed_offences', 'offences', 1) }} end as closed_percent,
    {{ share_limits('closed_percent', 'closed_offences', 'offences', when='is_observable') }},
    case when is_observable then {{ pct('positive_offences', 'offences', 1) }} end as positive_percent,
    {{ share_limits('positive_percent', 'positive_offences', 'offences', when='is_observable') }},
    case
        when is_observable then 'Observed'
        else 'Not observable yet: deliveries end in ' || strftime(observed_to, '%B %Y') || '.'
    end as caveat
from cell
