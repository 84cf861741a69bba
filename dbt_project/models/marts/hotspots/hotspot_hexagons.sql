with ranked as (
    {{ ranked_places('Hexagon') }}
)

select
    ranked.definition,
    {{ placed_definition_id('ranked.definition') }} as definition_id,
    ranked.first_month,
    ranked.last_month,
    ranked.window_label,
    ranked.financial_year,
    ranked.place_code as hexagon_code,
    hexagon.centre_longitude,
    hexagon.centre_latitude,
    hexagon.area_km2,
    hexagon.is_edge,
    ranked.offences,
    {{ poisson_limits('ranked.offences') }}
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
inner join {{ ref('dim_hexagon') }} as hexagon
    on ranked.place_code = hexagon.hexagon_code
