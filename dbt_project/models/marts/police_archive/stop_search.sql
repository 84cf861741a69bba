select
    month_start,
    financial_year,
    force,
    search_type,
    legislation,
    object_of_search,
    age_range,
    {{ age_range_order('age_range') }} as age_range_order,
    gender,
    self_defined_ethnicity,
    officer_defined_ethnicity,
    outcome,
    count(*) as searches,
    count(case when is_outcome_linked_to_object then 1 end) as searches_with_linked_outcome
from {{ ref('fct_stop_search') }}
group by all
