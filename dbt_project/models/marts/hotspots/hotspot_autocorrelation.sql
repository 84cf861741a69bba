select
    found.definition,
    {{ placed_definition_id('found.definition') }} as definition_id,
    hotspot_window.first_month,
    hotspot_window.last_month,
    hotspot_window.window_label,
    hotspot_window.financial_year,
    found.place_kind,
    found.measure,
    cast(found.places as bigint) as places,
    {{ empty_if_nan('found.i') }} as morans_i,
    {{ empty_if_nan('found.expected') }} as expected_i,
    {{ empty_if_nan('found.z_score') }} as z_score,
    {{ empty_if_nan('found.p_value') }} as p_value,
    {{ empty_if_nan('found.q_value') }} as q_value,
    case
        when isnan(found.q_value) then 'nothing to compare'
        when found.q_value > 0.025 then 'no clear pattern'
        when found.i > found.expected then 'clustered'
        else 'dispersed'
    end as pattern
from {{ ref('place_autocorrelation') }} as found
inner join {{ ref('dim_hotspot_window') }} as hotspot_window
    on found.last_month = hotspot_window.last_month
