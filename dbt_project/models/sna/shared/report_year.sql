select
    report.report_id,
    financial_year.financial_year,
    financial_year.financial_year_long,
    financial_year.start_year as year_order,
    financial_year.start_year >= report.recent_start_year as is_recent
from {{ ref('offences_yearly') }} as yearly
inner join {{ ref('dim_financial_year') }} as financial_year
    on yearly.financial_year = financial_year.financial_year
inner join {{ ref('report_window') }} as report
    on financial_year.financial_year between report.first_year and report.last_year
