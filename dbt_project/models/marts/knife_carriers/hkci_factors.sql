select
    counted.reference_date,
    counted.financial_year,
    counted.cohort,
    factor.factor,
    factor.sna_label as question,
    cast(factor.points as integer) as illustrative_points,
    cast(factor.sort_order as integer) as sort_order,
    counted.nominals,
    counted.nominals_symbol,
    counted.share_percent,
    counted.share_percent_symbol
from {{ ref('fct_knife_carrier_count') }} as counted
inner join {{ ref('lifestyle_factor') }} as factor
    on counted.category = factor.factor
where counted.breakdown = 'Lifestyle factor'
