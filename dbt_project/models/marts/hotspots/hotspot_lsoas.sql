with ranked as (
    {{ ranked_places('LSOA') }}
),

edge as (
    select
        lsoa_code,
        max(is_edge) as is_edge
    from {{ ref('bridge_lsoa_neighbour') }}
    group by lsoa_code
)

select
    ranked.definition,
    {{ placed_definition_id('ranked.definition') }} as definition_id,
    ranked.first_month,
    ranked.last_month,
    ranked.window_label,
    ranked.financial_year,
    ranked.place_code as lsoa_code,
    lsoa.lsoa_name,
    lsoa.ward_code,
    ward.ward_name,
    district.district_code,
    district.district,
    edge.is_edge,
    ranked.offences,
    {{ poisson_limits('ranked.offences') }}
    ranked.population_year,
    ranked.population,
    {{ rate_per('ranked.offences', 'ranked.population') }} as rate_per_1000,
    {{ rate_limits('rate_per_1000', 'ranked.offences', 'ranked.population') }},
    round(1000 * ranked.smoothed_rate, 2) as smoothed_rate_per_1000,
    ranked.volume_rank,
    ranked.is_top_fifth,
    ranked.years_observed,
    ranked.years_in_top_fifth,
    ranked.gi_measure,
    ranked.gi_z_score,
    ranked.gi_p_value,
    ranked.gi_q_value,
    ranked.clustering
from ranked
inner join {{ ref('dim_lsoa') }} as lsoa
    on ranked.place_code = lsoa.lsoa_code
inner join {{ ref('dim_ward') }} as ward
    on lsoa.ward_code = ward.ward_code
inner join {{ ref('dim_district') }} as district
    on lsoa.district_code = district.district_code
left join edge
    on ranked.place_code = edge.lsoa_code
