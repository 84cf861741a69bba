select
    returned.financial_year,
    district.district_code,
    district.district,
    district.area,
    cast(sum(returned.cases) as bigint) as cases,
    min(returned.symbol) as symbol
from {{ ref('fct_probation_case_count') }} as returned
inner join {{ ref('dim_district') }} as district
    on returned.category = district.district_code
where returned.breakdown = 'District'
group by returned.financial_year, district.district_code, district.district, district.area
