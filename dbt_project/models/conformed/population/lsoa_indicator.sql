-- Weights of the domains in the Index of Multiple Deprivation 2019 without crime, whose rates they are to explain.
{% set weights = {
    'Income': 22.5, 'Employment': 22.5, 'Education, skills and training': 13.5, 'Health': 13.5,
    'Barriers to housing /services': 9.3, 'Living environment': 9.3,
} -%}
{% set lsoas_in_england = 32844 -%}

with placed as (
    select
        lsoa.lsoa_code,
        lsoa.imd_rank
    from {{ ref('dim_lsoa') }} as lsoa
    inner join {{ ref('dim_district') }} as district
        on lsoa.district_code = district.district_code
    where district.is_in_county
),

domain as (
    select
        placed.lsoa_code,
        ranked.domain,
        cast({{ lsoas_in_england }} + 1 - ranked.domain_rank as double) / {{ lsoas_in_england }} as share,
        case ranked.domain
            {%- for name, weight in weights.items() %}
                when '{{ name }}' then {{ weight }}
            {%- endfor %}
        end as weight
    from {{ ref('fct_deprivation_domain') }} as ranked
    inner join placed
        on ranked.lsoa_code = placed.lsoa_code
    where ranked.domain <> 'Crime'
)

select
    lsoa_code,
    case domain when 'Income' then 'Income deprivation' else domain end as indicator,
    'Deprivation domain' as indicator_group,
    100 * share as measure,
    cast(null as varchar) as caveat
from domain

union all

-- The index's own way of putting domains together: ranks, transformed exponentially, weighted. Rounded, because a sum
-- of fractions depends in its last digits on their order.
select
    lsoa_code,
    'Deprivation without crime' as indicator,
    'Deprivation index' as indicator_group,
    round(sum(weight * -23 * ln(1 - share * (1 - exp(-100.0 / 23)))) / sum(weight), 9) as measure,
    'The domains but Crime, by the weights of the Index of Multiple Deprivation 2019' as caveat
from domain
group by lsoa_code
having count(*) = {{ weights | length }}

union all

select
    lsoa_code,
    'Index of Multiple Deprivation' as indicator,
    'Deprivation index' as indicator_group,
    100.0 * ({{ lsoas_in_england }} + 1 - imd_rank) / {{ lsoas_in_england }} as measure,
    'In part circular: recorded crime is 9.3 % of the weight of the index' as caveat
from placed
where imd_rank is not null

union all

select
    hardship.lsoa_code_2021 as lsoa_code,
    hardship.topic as indicator,
    'Household hardship' as indicator_group,
    100.0 * hardship.households_in_hardship / hardship.households as measure,
    cast(null as varchar) as caveat
from {{ ref('stg_population__census_household_indicators') }} as hardship
inner join placed
    on hardship.lsoa_code_2021 = placed.lsoa_code
where hardship.households > 0

union all

select
    population.lsoa_code,
    'Population' as indicator,
    'Population' as indicator_group,
    population.residents_16_plus as measure,
    'Rates are per this population, which alone makes for some correlation' as caveat
from {{ ref('lsoa_population') }} as population
inner join placed
    on population.lsoa_code = placed.lsoa_code
where population.residents_16_plus > 0
