select
    returned.area,
    returned.financial_year,
    returned.breakdown,
    coalesce(measure.conformed, 'Unknown') as measure,
    coalesce(sex.conformed, outcome.conformed, plan.conformed, 'Unknown') as category,
    returned.category_as_sent,
    cast(returned.counted as bigint) as counted,
    returned.percent,
    returned.symbol,
    returned.load_id
from {{ ref('stg_education_and_care__activity') }} as returned
{{ join_label('measure', 'returned.measure_label', 'social_care_measure') }}
{{ join_label('sex', 'returned.sex_label', 'sex') }}
{{ join_label('outcome', 'returned.outcome_label', 'referral_outcome') }}
{{ join_label('plan', 'returned.plan_label', 'care_leaver_plan') }}
