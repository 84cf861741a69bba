select
    search.month_start,
    search.financial_year,
    search.force,
    search.search_type,
    search.legislation,
    search.object_of_search,
    search.age_range,
    {{ age_range_order('search.age_range') }} as age_range_order,
    search.gender,
    search.self_defined_ethnicity,
    search.officer_defined_ethnicity,
    search.outcome,
    count(*) as searches,
    count(case when search.is_outcome_linked_to_object then 1 end) as searches_with_linked_outcome,
    'Not delivered by ' || incomplete.missing_agencies as caveat
from {{ ref('fct_stop_search') }} as search
left join {{ ref('incomplete_month') }} as incomplete
    on incomplete.feed_type = 'stop_and_search' and search.month_start = incomplete.month_start
group by all
