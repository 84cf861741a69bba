-- Offences in the hot places of two scales: how many are in those of one, of the other and of both.
with cell as (
    select
        *,
        row_number() over (order by definition, last_month, ward_code, lsoa_code, hexagon_code) as cell_id
    from {{ ref('offence_places') }}
),

scale (place_kind, place_order) as (
    values ('Ward', 1), ('LSOA', 2), ('Hexagon', 3)
),

hot as (
    select
        cell.cell_id,
        cell.definition,
        cell.last_month,
        cell.offences,
        hot_place.place_kind,
        hot_place.rule
    from cell
    inner join {{ ref('hot_place') }} as hot_place
        on
            cell.definition = hot_place.definition
            and cell.last_month = hot_place.last_month
            and hot_place.place_code = case hot_place.place_kind
                when 'Ward' then cell.ward_code
                when 'LSOA' then cell.lsoa_code
                else cell.hexagon_code
            end
),

-- Every rule of a scale that finds any place in the window.
found as (
    select
        hot.definition,
        hot.last_month,
        hot.place_kind,
        hot.rule,
        scale.place_order,
        sum(hot.offences) as offences
    from hot
    inner join scale
        on hot.place_kind = scale.place_kind
    group by hot.definition, hot.last_month, hot.place_kind, hot.rule, scale.place_order
),

common as (
    select
        one.definition,
        one.last_month,
        one.place_kind,
        one.rule,
        other.place_kind as other_place_kind,
        other.rule as other_rule,
        sum(one.offences) as offences
    from hot as one
    inner join hot as other
        on one.cell_id = other.cell_id
    group by one.definition, one.last_month, one.place_kind, one.rule, other.place_kind, other.rule
),

whole as (
    select
        definition,
        last_month,
        sum(offences) as offences
    from cell
    group by definition, last_month
)

select
    one.definition,
    {{ placed_definition_id('one.definition') }} as definition_id,
    hotspot_window.first_month,
    hotspot_window.last_month,
    hotspot_window.window_label,
    hotspot_window.financial_year,
    one.place_kind,
    one.rule,
    other.place_kind as other_place_kind,
    other.rule as other_rule,
    cast(whole.offences as bigint) as offences,
    cast(one.offences as bigint) as hot_offences,
    cast(other.offences as bigint) as other_hot_offences,
    cast(coalesce(common.offences, 0) as bigint) as hot_in_both_offences,
    round(
        cast(coalesce(common.offences, 0) as double)
        / nullif(one.offences + other.offences - coalesce(common.offences, 0), 0),
        3
    ) as jaccard_index
from found as one
inner join found as other
    on
        one.definition = other.definition
        and one.last_month = other.last_month
        and one.place_order < other.place_order
inner join whole
    on one.definition = whole.definition and one.last_month = whole.last_month
inner join {{ ref('dim_hotspot_window') }} as hotspot_window
    on one.last_month = hotspot_window.last_month
left join common
    on
        one.definition = common.definition
        and one.last_month = common.last_month
        and one.place_kind = common.place_kind
        and one.rule = common.rule
        and other.place_kind = common.other_place_kind
        and other.rule = common.other_rule
