select
    returned.financial_year,
    district.district_code,
    district.district,
    district.area,
    returned.cases,
    returned.symbol
from {{ ref('fct_probation_case_count') }} as returned
inner join {{ ref('dim_district') }} as district
    on returned.category = district.district_code
where returned.breakdown = 'District'
