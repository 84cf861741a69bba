with ours as (
    select
        financial_year,
        'Offence type' as breakdown,
        nte_offence_type as category,
        count(*) as crimes
    from {{ ref('fct_nte_crime') }}
    group by financial_year, nte_offence_type

    union all

    select
        financial_year,
        'District' as breakdown,
        district_code as category,
        count(*) as crimes
    from {{ ref('fct_nte_crime') }}
    group by financial_year, district_code
),

theirs as (
    select
        financial_year,
        breakdown,
        category,
        -- Of several returns all have to say how many.
        cast(case when count(crimes) = count(*) then sum(crimes) end as bigint) as crimes,
        min(symbol) as symbol,
        cast(sum(population) as bigint) as population
    from {{ ref('fct_nte_return') }}
    group by financial_year, breakdown, category
),

-- A year that only one of the two has is no difference.
year_of_both as (
    select ours.financial_year from ours
    intersect
    select theirs.financial_year from theirs
),

compared as (
    select
        coalesce(ours.financial_year, theirs.financial_year) as financial_year,
        coalesce(ours.breakdown, theirs.breakdown) as breakdown,
        coalesce(ours.category, theirs.category) as category,
        -- A category without a crime is a 0 of ours; one that the team suppressed is not known.
        coalesce(ours.crimes, 0) as crimes,
        case when theirs.category is null then 0 else theirs.crimes end as returned_crimes,
        theirs.symbol as returned_symbol,
        theirs.population as returned_population
    from ours
    full outer join theirs
        on
            ours.financial_year = theirs.financial_year
            and ours.breakdown = theirs.breakdown
            and ours.category = theirs.category
)

select
    compared.financial_year,
    compared.breakdown,
    coalesce(district.district, compared.category) as category,
    district.district_code,
    compared.crimes,
    compared.returned_crimes,
    compared.returned_symbol,
    compared.crimes - compared.returned_crimes as difference,
    case
        when compared.returned_crimes is null then 'suppressed'
        when compared.crimes = compared.returned_crimes then 'agrees'
        else 'differs'
    end as status,
    compared.returned_population
from compared
inner join year_of_both
    on compared.financial_year = year_of_both.financial_year
left join {{ ref('dim_district') }} as district
    on compared.breakdown = 'District' and compared.category = district.district_code
