with counted as (
    select
        *,
        nominals is null and share_percent is not null as is_of_printed_share,
        nominals is null and share_percent is null as is_other
    from {{ ref('fct_knife_carrier_count') }}
    where breakdown <> 'Lifestyle factor'
),

-- A count follows from a printed share; so does the one count that is withheld beside such, from the total.
beside as (
    select
        *,
        is_of_printed_share or (
            is_other
            and count(case when is_other then 1 end) over breakdown_of_cohort = 1
            and count(case when is_of_printed_share then 1 end) over breakdown_of_cohort > 0
        ) as is_derivable
    from counted
    window breakdown_of_cohort as (partition by reference_date, cohort, breakdown)
)

select
    reference_date,
    financial_year,
    cohort,
    breakdown,
    category,
    cast(case breakdown when 'Age group' then {{ age_range_order('category') }} end as smallint) as category_order,
    breakdown = 'Total' as is_total,
    nominals,
    case when is_derivable then 'd' else nominals_symbol end as nominals_symbol,
    share_percent,
    share_percent_symbol,
    suspected_people,
    suspected_people_symbol,
    cast(minimum_cell as integer) as minimum_cell
from beside
