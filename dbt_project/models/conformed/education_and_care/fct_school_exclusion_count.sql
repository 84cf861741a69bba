with returned as (
    select * from {{ ref('stg_education_and_care__exclusions') }}
    union all by name
    select * from {{ ref('stg_education_and_care__exclusion_reasons') }}
),

conformed as (
    select
        returned.source,
        returned.academic_year,
        coalesce(area.area_code, 'Elsewhere') as area_code,
        returned.area_as_sent,
        coalesce(phase.conformed, 'Unknown') as phase,
        coalesce(exclusion_kind.conformed, 'Unknown') as exclusion_kind,
        coalesce(reason.conformed, 'Unknown') as reason,
        returned.counted,
        returned.symbol,
        delivery.period as release_period,
        returned.load_id
    from returned
    left join {{ source('ledger', 'delivery') }} as delivery
        on returned.load_id = delivery.load_id
    left join {{ ref('dim_area') }} as area
        on returned.area_as_sent in (area.area_code, cast(area.dfe_number as varchar))
    {{ join_label('phase', 'returned.phase_label', 'school_phase') }}
    {{ join_label('exclusion_kind', 'returned.exclusion_kind_label', 'exclusion_kind') }}
    {{ join_label('reason', 'returned.reason_label', 'exclusion_reason') }}
)

select
    *,
    -- The wording of a school type drifts from release to release, so that the same count can be there twice.
    row_number() over (
        partition by source, academic_year, area_as_sent, phase, exclusion_kind, reason
        order by release_period desc
    ) = 1 as is_latest_release
from conformed
