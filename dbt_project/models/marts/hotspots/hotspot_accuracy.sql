-- Places that were hot in one window, and the offences of the next twelve months in them.
with paired as (
    select
        chosen.first_month as selected_first_month,
        chosen.last_month as selected_last_month,
        chosen.window_label as selected_window_label,
        hotspot_window.first_month,
        hotspot_window.last_month,
        hotspot_window.window_label,
        hotspot_window.financial_year
    from {{ ref('dim_hotspot_window') }} as hotspot_window
    inner join {{ ref('dim_hotspot_window') }} as chosen
        on hotspot_window.first_month = {{ months_from('chosen.last_month', 1) }}
    where hotspot_window.is_analysed and chosen.is_analysed
),

ordered as (
    select
        *,
        row_number() over (
            partition by definition, place_kind, last_month order by offences desc, place_code asc
        ) as place_rank
    from {{ ref('place_ranking') }}
),

kind as (
    select
        definition,
        place_kind,
        last_month,
        count(*) as places,
        sum(offences) as offences,
        -- Where any place has no area, there is no share of the area.
        case when count(area_km2) = count(*) then {{ ordered_sum('area_km2') }} end as area_km2
    from ordered
    group by definition, place_kind, last_month
),

judged as (
    select
        hot_place.definition,
        hot_place.place_kind,
        hot_place.rule,
        paired.selected_last_month,
        paired.last_month,
        count(*) as hot_places,
        sum(before.offences) as selected_offences,
        sum(place.offences) as hot_offences,
        {{ ordered_sum('place.area_km2') }} as hot_area_km2
    from paired
    inner join {{ ref('hot_place') }} as hot_place
        on paired.selected_last_month = hot_place.last_month
    inner join ordered as before
        on
            hot_place.definition = before.definition
            and hot_place.place_kind = before.place_kind
            and hot_place.place_code = before.place_code
            and paired.selected_last_month = before.last_month
    inner join ordered as place
        on
            hot_place.definition = place.definition
            and hot_place.place_kind = place.place_kind
            and hot_place.place_code = place.place_code
            and paired.last_month = place.last_month
    group by hot_place.definition, hot_place.place_kind, hot_place.rule, paired.selected_last_month, paired.last_month
),

-- As many places as were chosen, had one known which would have most.
ideal as (
    select
        judged.definition,
        judged.place_kind,
        judged.rule,
        judged.last_month,
        sum(place.offences) as best_offences
    from judged
    inner join ordered as place
        on
            judged.definition = place.definition
            and judged.place_kind = place.place_kind
            and judged.last_month = place.last_month
            and judged.hot_places >= place.place_rank
    group by judged.definition, judged.place_kind, judged.rule, judged.last_month
)

select
    judged.definition,
    {{ placed_definition_id('judged.definition') }} as definition_id,
    paired.first_month,
    paired.last_month,
    paired.window_label,
    paired.financial_year,
    paired.selected_first_month,
    paired.selected_last_month,
    paired.selected_window_label,
    judged.place_kind,
    judged.rule,
    kind.places,
    judged.hot_places,
    round(100 * judged.hot_area_km2 / kind.area_km2, 2) as hot_area_percent,
    cast(kind.offences as bigint) as offences,
    cast(judged.hot_offences as bigint) as hot_offences,
    {{ pct('judged.hot_offences', 'kind.offences', 1) }} as hit_rate_percent,
    {{ share_limits('hit_rate_percent', 'judged.hot_offences', 'kind.offences') }},
    {{ pct('judged.selected_offences', 'was.offences', 1) }} as selected_hit_rate_percent,
    round(
        (cast(judged.hot_offences as double) / nullif(kind.offences, 0))
        / nullif(judged.hot_area_km2 / kind.area_km2, 0),
        2
    ) as prediction_accuracy_index,
    round(cast(judged.hot_offences as double) / nullif(ideal.best_offences, 0), 3) as prediction_efficiency_index
from judged
inner join paired
    on judged.last_month = paired.last_month and judged.selected_last_month = paired.selected_last_month
inner join kind
    on
        judged.definition = kind.definition
        and judged.place_kind = kind.place_kind
        and judged.last_month = kind.last_month
inner join kind as was
    on
        judged.definition = was.definition
        and judged.place_kind = was.place_kind
        and judged.selected_last_month = was.last_month
inner join ideal
    on
        judged.definition = ideal.definition
        and judged.place_kind = ideal.place_kind
        and judged.rule = ideal.rule
        and judged.last_month = ideal.last_month
