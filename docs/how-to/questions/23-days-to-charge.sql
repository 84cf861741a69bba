-- How many days pass from recording to a charge, in the middle, by year and offence type?
with charged as (
    select
        financial_year,
        offence_type,
        days_to_outcome,
        sum(outcome_records) as records
    from marts.offence_outcomes
    where is_serious_violence and outcome_group = 'Charged/Summonsed'
    group by financial_year, offence_type, days_to_outcome
),

running as (
    select
        *,
        sum(records) over (partition by financial_year, offence_type) as all_records,
        sum(records) over (partition by financial_year, offence_type order by days_to_outcome) as records_so_far
    from charged
)

select
    financial_year,
    offence_type,
    all_records as charges,
    min(days_to_outcome) filter (where 2 * records_so_far >= all_records) as median_days
from running
group by financial_year, offence_type, all_records
order by financial_year, offence_type;
