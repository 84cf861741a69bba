select
    record.report_id,
    record.financial_year,
    outcome.outcome_key,
    outcome.outcome_code,
    outcome.sna_label as outcome,
    outcome.outcome_group,
    outcome.sna_group,
    outcome.is_positive,
    count(*) as outcome_records
from {{ ref('report_outcome') }} as record
inner join {{ ref('dim_outcome') }} as outcome
    on record.outcome_key = outcome.outcome_key
group by all
