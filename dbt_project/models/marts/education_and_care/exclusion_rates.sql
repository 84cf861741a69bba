-- The Department publishes rates, not counts, so the average of the neighbours is the plain mean, as its tool shows it.
with rate as (
    select
        years as academic_year,
        area_code,
        la_number,
        case measure when 'TotPermEx' then 'Permanent exclusion' else 'Suspension' end as exclusion_kind,
        value,
        symbol
    from {{ ref('fct_lait_value') }}
    where measure in ('TotPermEx', 'TotFixedEx')
),

local_area as (
    select * from {{ ref('dim_area') }}
    where area_level = 'Upper-tier authority'
),

comparator as (
    select
        local_area.area_code,
        other.area as compared_with,
        other.dfe_number as la_number
    from local_area
    inner join {{ ref('dim_area') }} as other
        on local_area.area_code = other.area_code or other.area_level in ('Region', 'Country')

    union all

    select
        area_code,
        'Statistical neighbours' as compared_with,
        neighbour_la_number as la_number
    from {{ ref('bridge_statistical_neighbour') }}
)

select
    rate.academic_year,
    local_area.area_code,
    local_area.area,
    rate.exclusion_kind,
    comparator.compared_with,
    cast(avg(rate.value order by rate.value) as decimal(12, 5)) as percent_of_pupils,
    cast(count(rate.value) as smallint) as areas_counted,
    max(rate.symbol) as symbol
from comparator
inner join local_area
    on comparator.area_code = local_area.area_code
inner join rate
    on comparator.la_number = rate.la_number
group by rate.academic_year, local_area.area_code, local_area.area, rate.exclusion_kind, comparator.compared_with
