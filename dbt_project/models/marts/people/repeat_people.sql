with span as (
    {{ report_spans() }}
),

person_year as (
    select
        'victim' as role,
        financial_year,
        person_key,
        count(*) as occurrences
    from {{ ref('fct_victim') }}
    where is_serious_violence
    group by financial_year, person_key

    union all

    select
        'suspect' as role,
        financial_year,
        person_key,
        count(*) as occurrences
    from {{ ref('fct_suspect') }}
    where is_serious_violence
    group by financial_year, person_key
),

person_period as (
    select
        role,
        financial_year as period,
        false as is_total,
        person_key,
        occurrences
    from person_year

    union all

    select
        person_year.role,
        span.period,
        true as is_total,
        person_year.person_key,
        cast(sum(person_year.occurrences) as bigint) as occurrences
    from person_year
    inner join span
        on person_year.financial_year between span.first_year and span.last_year
    group by person_year.role, span.period, person_year.person_key
),

ranked as (
    select
        *,
        row_number() over (partition by role, period order by occurrences desc) as position_by_occurrences
    from person_period
),

measured as (
    select
        role,
        period,
        is_total,
        cast(sum(occurrences) as bigint) as occurrences,
        count(*) as individuals,
        count(case when occurrences > 1 then 1 end) as repeat_individuals,
        cast(coalesce(sum(case when occurrences > 1 then occurrences end), 0) as bigint) as repeat_occurrences,
        cast(sum(case when position_by_occurrences <= 25 then occurrences end) as bigint) as top_25_occurrences
    from ranked
    group by role, period, is_total
)

select
    *,
    {{ pct('repeat_occurrences', 'occurrences', 1) }} as repeat_occurrences_percent,
    {{ pct('repeat_individuals', 'individuals', 1) }} as repeat_individuals_percent,
    {{ share_limits('repeat_individuals_percent', 'repeat_individuals', 'individuals') }}
from measured
