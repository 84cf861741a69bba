with rate as (
    select
        area_type,
        area_code,
        area_name,
        indicator,
        cast(figure as double) as rate_per_1000
    from {{ ref('fct_contextual_indicator') }}
    where measure = 'Rate' and figure is not null
),

force as (
    select
        indicator,
        count(*) as forces,
        avg(rate_per_1000 order by rate_per_1000) as mean_of_forces,
        stddev_samp(rate_per_1000 order by rate_per_1000) as deviation_of_forces
    from rate
    where area_type = 'Police force area'
    group by indicator
)

select
    rate.area_type,
    rate.area_code,
    rate.area_name,
    rate.indicator,
    rate.rate_per_1000,
    force.forces,
    round(force.mean_of_forces, 4) as mean_of_forces,
    round(force.deviation_of_forces, 4) as deviation_of_forces,
    round((rate.rate_per_1000 - force.mean_of_forces) / nullif(force.deviation_of_forces, 0), 4) as z_score,
    case
        when rate.area_type <> 'Police force area' or force.deviation_of_forces = 0 then null
        when rate.rate_per_1000 - force.mean_of_forces > 1.96 * force.deviation_of_forces then 'significantly high'
        when rate.rate_per_1000 - force.mean_of_forces < -1.96 * force.deviation_of_forces then 'significantly low'
        else 'around the mean'
    end as versus_forces
from rate
inner join force
    on rate.indicator = force.indicator
