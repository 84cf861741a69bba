with in_force as (
    {{ hotspot_wards_in_force(analysed=false) }}
),

definition (definition) as (
    {{ hotspot_definition_rows() }}
),

resident as (
    select
        mid_year,
        ward_code,
        sum(population) as population
    from {{ ref('fct_population') }}
    group by mid_year, ward_code

    union all

    -- Where no estimate of all residents was delivered, those whom the census counted.
    select
        null as mid_year,
        lsoa.ward_code,
        sum(adult.residents_16_plus) as population
    from {{ ref('lsoa_population') }} as adult
    inner join {{ ref('dim_lsoa') }} as lsoa
        on adult.lsoa_code = lsoa.lsoa_code
    where adult.residents_16_plus is not null and not exists (select 1 from {{ ref('fct_population') }})
    group by lsoa.ward_code
),

counted as (
    select
        place_month.definition,
        place_month.place_code as ward_code,
        hotspot_window.last_month,
        sum(place_month.offences) as offences
    from {{ ref('fct_place_month') }} as place_month
    inner join {{ ref('dim_hotspot_window') }} as hotspot_window
        on place_month.recorded_month between hotspot_window.first_month and hotspot_window.last_month
    where place_month.place_kind = 'Ward'
    group by all
),

-- Every ward of the county, and whatever else the force records as a ward.
ward as (
    select dim_ward.*
    from {{ ref('dim_ward') }} as dim_ward
    where
        dim_ward.district_code in (select district.district_code from {{ ref('district') }} as district)
        or dim_ward.ward_code in (select counted.ward_code from counted)
),

rated as (
    select
        definition.definition,
        hotspot_window.first_month,
        hotspot_window.last_month,
        hotspot_window.window_label,
        hotspot_window.is_published,
        ward.ward_code,
        ward.ward_name,
        ward.vintage as ward_vintage,
        ward.district_code,
        in_force.printed_name,
        in_force.section,
        in_force.ward_type,
        cast(coalesce(counted.offences, 0) as bigint) as offences,
        case when resident.population is not null then hotspot_window.population_year end as population_year,
        cast(resident.population as bigint) as population,
        {{ rate_per('coalesce(counted.offences, 0)', 'resident.population') }} as rate_per_1000
    from {{ ref('dim_hotspot_window') }} as hotspot_window
    cross join definition
    inner join {{ ref('placed_window') }} as placed_window
        on hotspot_window.last_month = placed_window.last_month and placed_window.place_kind = 'Ward'
    cross join ward
    left join counted
        on
            definition.definition = counted.definition
            and hotspot_window.last_month = counted.last_month
            and ward.ward_code = counted.ward_code
    left join resident
        on
            ward.ward_code = resident.ward_code
            and hotspot_window.population_year is not distinct from resident.mid_year
    left join in_force
        on
            hotspot_window.last_month = in_force.last_month
            and ward.ward_code = in_force.ward_code
),

scoped as (
    select
        'All wards' as scope,
        rated.*,
        rated.ward_code <> 'Unknown' as is_ranked
    from rated

    union all

    select
        'Hotspot and control wards' as scope,
        rated.*,
        true as is_ranked
    from rated
    where rated.ward_type is not null
),

ranked as (
    select
        *,
        case when is_ranked then rank() over (scoped_window order by offences desc) end as volume_rank,
        case
            when is_ranked and rate_per_1000 is not null
                then rank() over (scoped_window order by rate_per_1000 desc nulls last)
        end as rate_rank
    from scoped
    window scoped_window as (partition by definition, last_month, scope, is_ranked)
),

scored as (
    select
        *,
        volume_rank + rate_rank as score_stated,
        {{ hotspot_score('volume_rank', 'rate_rank') }} as score_printed
    from ranked
)

select
    scored.definition,
    {{ placed_definition_id('scored.definition') }} as definition_id,
    scored.first_month,
    scored.last_month,
    scored.window_label,
    scored.is_published as is_published_window,
    scored.scope,
    scored.ward_code,
    scored.ward_name,
    scored.ward_vintage,
    district.district_code,
    district.district,
    scored.section as policing_section,
    scored.ward_type,
    scored.printed_name,
    scored.offences,
    {{ poisson_limits('scored.offences') }}
    scored.population_year,
    scored.population,
    scored.rate_per_1000,
    {{ rate_limits('rate_per_1000', 'scored.offences', 'scored.population') }},
    scored.volume_rank,
    scored.rate_rank,
    scored.score_stated,
    case
        when scored.score_stated is not null
            then rank() over (of_scope order by scored.score_stated asc nulls last, scored.volume_rank asc)
    end as combined_rank_stated,
    scored.score_printed,
    case
        when scored.score_printed is not null
            then rank() over (of_scope order by scored.score_printed asc nulls last, scored.volume_rank asc)
    end as combined_rank_printed,
    change.previous_year_offences,
    scored.offences - change.previous_year_offences as change_offences,
    change.dispersion,
    change.p_value,
    change.q_value,
    change.verdict,
    change.verdict_caution
from scored
inner join {{ ref('dim_district') }} as district
    on scored.district_code = district.district_code
left join {{ ref('ward_change') }} as change
    on
        scored.definition = change.definition
        and scored.last_month = change.last_month
        and scored.ward_code = change.ward_code
window of_scope as (partition by scored.definition, scored.last_month, scored.scope)
