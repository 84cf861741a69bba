select
    lsoa.lsoa_code,
    lsoa.lsoa_name,
    lsoa.vintage as lsoa_vintage,
    district.district_code,
    district.district,
    district.area,
    ranked.domain,
    ranked.domain_rank,
    ranked.domain_decile
from {{ ref('fct_deprivation_domain') }} as ranked
inner join {{ ref('dim_lsoa') }} as lsoa
    on ranked.lsoa_code = lsoa.lsoa_code
inner join {{ ref('dim_district') }} as district
    on lsoa.district_code = district.district_code
where district.is_in_county
