select
    reference_date,
    financial_year,
    cohort,
    breakdown,
    category,
    cast(case breakdown when 'Age group' then {{ age_range_order('category') }} end as smallint) as category_order,
    breakdown = 'Total' as is_total,
    nominals,
    nominals_symbol,
    share_percent,
    share_percent_symbol,
    suspects,
    suspects_symbol,
    cast(minimum_cell as integer) as minimum_cell
from {{ ref('fct_knife_carrier_count') }}
where breakdown <> 'Lifestyle factor'
