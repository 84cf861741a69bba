-- T62: a district's decile in each domain, as the mean of the deciles of its LSOAs (2011), rounded half up. The report
-- does not say how it came to one decile for a district, and leaves out the Employment domain (D134).
-- T64: the share of each district's population (mid-2015, of the indices) in LSOAs of the most deprived tenth of
-- England.
with labelled as (
    select
        district_code,
        sort_order,
        -- A district that is an authority of its own is printed by the authority's name.
        case when count(*) over (partition by area) = 1 then area else district end as printed_name
    from {{ ref('district') }}
)

select
    report.report_id,
    'T62' as table_id,
    '' as row_group,
    labelled.printed_name as row_label,
    labelled.sort_order as row_order,
    deprivation.domain as column_label,
    dense_rank() over (order by deprivation.domain) as column_order,
    'rank' as unit,
    sum(deprivation.domain_decile) as numerator,
    count(*) as denominator
from {{ ref('deprivation_domains') }} as deprivation
inner join labelled
    on deprivation.district_code = labelled.district_code
cross join {{ ref('report_window') }} as report
where deprivation.domain <> 'Employment'
group by report.report_id, labelled.printed_name, labelled.sort_order, deprivation.domain

union all

select
    report.report_id,
    'T64' as table_id,
    '' as row_group,
    deprivation.district as row_label,
    dim_district.sort_order as row_order,
    '% population in the most deprived LSOA' as column_label,
    1 as column_order,
    'percent' as unit,
    100 * sum(case when deprivation.imd_decile = 1 then deprivation.population_2015 else 0 end) as numerator,
    sum(deprivation.population_2015) as denominator
from {{ ref('deprivation') }} as deprivation
inner join {{ ref('dim_district') }} as dim_district
    on deprivation.district_code = dim_district.district_code
cross join {{ ref('report_window') }} as report
group by report.report_id, deprivation.district, dim_district.sort_order
having count(deprivation.population_2015) = count(*)
