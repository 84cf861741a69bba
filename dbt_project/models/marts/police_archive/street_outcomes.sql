select
    outcome.month_start,
    outcome.financial_year,
    outcome.reported_by,
    district.district_code,
    district.district,
    outcome.outcome_type,
    count(*) as outcomes,
    'Not delivered by ' || incomplete.missing_agencies as caveat
from {{ ref('fct_street_outcome') }} as outcome
inner join {{ ref('dim_district') }} as district
    on outcome.district_code = district.district_code
left join {{ ref('incomplete_month') }} as incomplete
    on incomplete.feed_type = 'police_archive/outcomes' and outcome.month_start = incomplete.month_start
group by all
