select
    financial_year.financial_year,
    financial_year.financial_year_long,
    financial_year.start_year as year_order,
    report_end.start_year - financial_year.start_year < {{ var('report_recent_years') }} as is_recent
from {{ ref('offences_yearly') }} as yearly
inner join {{ ref('dim_financial_year') }} as financial_year
    on yearly.financial_year = financial_year.financial_year
inner join {{ ref('dim_financial_year') }} as report_end
    on report_end.financial_year = '{{ var("report_last_year") }}'
where financial_year.financial_year between '{{ var("report_first_year") }}' and '{{ var("report_last_year") }}'
