select
    crime.recorded_month as month_start,
    crime.financial_year,
    district.district_code,
    district.district,
    district.area,
    nte_area.nte_area_code,
    nte_area.nte_area,
    crime.nte_offence_type,
    crime.nte_offence_type_named,
    count(*) as crimes
from {{ ref('fct_nte_crime') }} as crime
inner join {{ ref('dim_nte_area') }} as nte_area
    on crime.nte_area_code = nte_area.nte_area_code
inner join {{ ref('dim_district') }} as district
    on crime.district_code = district.district_code
group by all
