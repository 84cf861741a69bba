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
    basis,
    financial_year,
    breakdown,
    category,
    (
        select district.district_code from {{ ref('dim_district') }} as district
        where rated.breakdown = 'District' and district.district = rated.category
    ) as district_code,
    breakdown = 'All offences' as is_total,
    outcome_records,
    positive_records,
    other_records,
    closed_records,
    pending_offences,
    positive_percent,
    {{ share_limits('positive_percent', 'positive_records', 'outcome_records', places=2) }},
    positive_percent_at_most,
    pending_percent,
    {{ share_limits('pending_percent', 'pending_offences', 'outcome_records') }},
    last_month as observed_to,
    is_year_observed
    and case basis when 'Closed in period' then has_history else is_nearly_complete end as is_mature,
    case
        when not is_year_observed
            then 'Immature: crimes or outcomes were not delivered to the end of the year.'
        when basis = 'Closed in period' and not has_history
            then
                'Not comparable: crimes recorded before ' || strftime(first_month, '%B %Y')
                || ' were not delivered, so closures of older crimes are missing.'
        when basis = 'Closed in period'
            then 'Mature: every outcome dated in the year is in.'
        when is_nearly_complete
            then
                'Mature: ' || cast(pending_offences as varchar) || ' of ' || cast(outcome_records as varchar)
                || ' (' || cast(pending_percent as varchar) || '%) are pending.'
        else
            'Immature: ' || cast(pending_offences as varchar) || ' of ' || cast(outcome_records as varchar)
            || ' (' || cast(pending_percent as varchar) || '%) are pending, so the rate can still end anywhere from '
            || cast(cast(positive_percent as decimal(5, 2)) as varchar) || '% to '
            || cast(cast(positive_percent_at_most as decimal(5, 2)) as varchar) || '%: do not read it as a fall.'
    end as caveat
from rated
