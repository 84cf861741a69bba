select
    crime.month_start,
    crime.financial_year,
    crime.reported_by,
    district.district_code,
    district.district,
    lsoa.lsoa_code,
    lsoa.lsoa_name,
    lsoa.vintage as lsoa_vintage,
    crime.crime_type,
    crime.is_suspected_double_load,
    count(*) as crimes
from {{ ref('fct_street_crime') }} as crime
inner join {{ ref('dim_lsoa') }} as lsoa
    on crime.lsoa_code = lsoa.lsoa_code
inner join {{ ref('dim_district') }} as district
    on crime.district_code = district.district_code
group by all
