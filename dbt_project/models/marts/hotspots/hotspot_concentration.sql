with counted as (
    select
        definition,
        place_kind,
        place_code,
        last_month,
        offences
    from {{ ref('fct_place_window') }}

    union all

    select
        definition,
        place_kind,
        place_code,
        last_month,
        offences
    from {{ ref('street_point_window') }}
    where place_code <> 'Unknown'
),

place as (
    select
        *,
        sum(offences) over of_window as total,
        count(*) over of_window as places,
        row_number() over (of_window order by offences desc, place_code asc) as place_rank
    from counted
    window of_window as (partition by definition, place_kind, last_month)
),

cumulated as (
    select
        *,
        sum(offences) over (
            partition by definition, place_kind, last_month
            order by place_rank
            rows between unbounded preceding and 1 preceding
        ) as before
    from place
),

summed as (
    select
        definition,
        place_kind,
        last_month,
        places,
        cast(total as bigint) as offences,
        count(case when offences > 0 then 1 end) as places_with_offences,
        {{ integer_divide('(places + 4)', '5') }} as top_fifth_places,
        cast(sum(case when place_rank <= {{ integer_divide('(places + 4)', '5') }} then offences else 0 end) as bigint)
            as top_fifth_offences,
        count(case when 2 * coalesce(before, 0) < total then 1 end) as places_with_half,
        -- Twice the sum of rank from below times share, as the Lorenz curve has it.
        2 * sum(cast(places + 1 - place_rank as double) * offences) / nullif(total, 0) - places - 1 as unevenness
    from cumulated
    group by definition, place_kind, last_month, places, total
),

-- Offences without a place of the kind, which no row above has.
in_all as (
    select
        place_month.definition,
        place_month.place_kind,
        hotspot_window.last_month,
        sum(place_month.offences) as offences
    from {{ ref('fct_place_month') }} as place_month
    inner join {{ ref('dim_hotspot_window') }} as hotspot_window
        on place_month.recorded_month between hotspot_window.first_month and hotspot_window.last_month
    group by all

    union all

    select
        definition,
        place_kind,
        last_month,
        sum(offences) as offences
    from {{ ref('street_point_window') }}
    group by all
)

select
    summed.definition,
    {{ placed_definition_id('summed.definition') }} as definition_id,
    hotspot_window.first_month,
    hotspot_window.last_month,
    hotspot_window.window_label,
    hotspot_window.financial_year,
    summed.place_kind,
    summed.places,
    summed.places_with_offences,
    summed.offences,
    cast(coalesce(in_all.offences, 0) - summed.offences as bigint) as offences_elsewhere,
    summed.top_fifth_places,
    summed.top_fifth_offences,
    {{ pct('summed.top_fifth_offences', 'summed.offences', 1) }} as top_fifth_share,
    {{ share_limits('top_fifth_share', 'summed.top_fifth_offences', 'summed.offences') }},
    case when summed.offences > 0 then summed.places_with_half end as places_with_half,
    round(summed.unevenness / summed.places, 3) as gini,
    round(
        greatest(1.0 / nullif(summed.offences, 0), 1.0 / summed.places) * summed.unevenness
        - greatest(cast(summed.places as double) / nullif(summed.offences, 0), 1) + 1,
        3
    ) as gini_of_sparse
from summed
inner join {{ ref('dim_hotspot_window') }} as hotspot_window
    on summed.last_month = hotspot_window.last_month
left join in_all
    on
        summed.definition = in_all.definition
        and summed.place_kind = in_all.place_kind
        and summed.last_month = in_all.last_month
