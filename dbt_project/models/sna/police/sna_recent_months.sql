-- Serious violence by month of the last three years, which T02 describes.
select
    report_year.report_id,
    monthly.month_start,
    monthly.month_label,
    cast(sum(monthly.offences) as bigint) as offences
from {{ ref('offences_monthly') }} as monthly
inner join {{ ref('report_year') }} as report_year
    on monthly.financial_year = report_year.financial_year
where report_year.is_recent
group by report_year.report_id, monthly.month_start, monthly.month_label
