select
    financial_year,
    hospital,
    age,
    coalesce(cast(age as varchar), 'Unknown') as age_label,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }}
group by all
