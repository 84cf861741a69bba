select
    attendance.financial_year,
    attendance.hospital,
    attendance.age,
    coalesce(cast(attendance.age as varchar), 'Unknown') as age_label,
    age_band.age_group_code,
    count(*) as attendances
from {{ ref('fct_ed_attendance') }} as attendance
{{ join_age('attendance') }}
group by all
