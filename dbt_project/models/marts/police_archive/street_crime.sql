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
    count(*) as crimes,
    -- A row is of one force and whole; the month of the area is not.
    'Not delivered by ' || incomplete.missing_agencies as caveat
from {{ ref('fct_street_crime') }} as crime
inner join {{ ref('dim_lsoa') }} as lsoa
    on crime.lsoa_code = lsoa.lsoa_code
inner join {{ ref('dim_district') }} as district
    on crime.district_code = district.district_code
left join {{ ref('incomplete_month') }} as incomplete
    on incomplete.feed_type = 'street' and crime.month_start = incomplete.month_start
group by all
