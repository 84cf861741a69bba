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
    previous_year_positive_percent,
    round(positive_percent - previous_year_positive_percent, 2) as change_positive_percent,
    p_value,
    q_value,
    verdict,
    verdict_caution,
    last_month as observed_to,
    is_mature,
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
from {{ ref('outcome_change') }} as rated
