select
    crime.financial_year,
    district.district_code,
    district.district,
    crime.nte_offence_type,
    crime.committed_day_of_week as day_of_week,
    weekday.day_name,
    crime.committed_hour,
    count(*) as crimes
from {{ ref('fct_nte_crime') }} as crime
inner join {{ ref('dim_district') }} as district
    on crime.district_code = district.district_code
inner join {{ ref('day_of_week') }} as weekday
    on crime.committed_day_of_week = weekday.day_of_week
group by all
