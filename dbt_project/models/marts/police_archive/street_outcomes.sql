select
    outcome.month_start,
    outcome.financial_year,
    outcome.reported_by,
    district.district_code,
    district.district,
    outcome.outcome_type,
    count(*) as outcomes
from {{ ref('fct_street_outcome') }} as outcome
inner join {{ ref('dim_district') }} as district
    on outcome.district_code = district.district_code
group by all
