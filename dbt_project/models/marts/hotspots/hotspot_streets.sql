with named as (
    select
        ward_code,
        street
    from {{ ref('fct_offence') }}
    group by ward_code, street
    having {{ is_in_use('count(*)') }}
)

select
    street.definition,
    {{ placed_definition_id('street.definition') }} as definition_id,
    hotspot_window.first_month,
    hotspot_window.last_month,
    hotspot_window.window_label,
    district.district_code,
    district.district,
    ward.ward_code,
    ward.ward_name,
    street.street,
    street.offences,
    {{ poisson_limits('street.offences') }}
    round(street.mean, 2) as street_mean,
    rank() over (
        partition by street.definition, street.last_month, street.ward_code order by street.offences desc
    ) as volume_rank,
    street.p_value,
    street.q_value,
    street.is_busiest
from {{ ref('hotspot_street') }} as street
inner join {{ ref('dim_hotspot_window') }} as hotspot_window
    on street.last_month = hotspot_window.last_month
inner join {{ ref('dim_ward') }} as ward
    on street.ward_code = ward.ward_code
inner join {{ ref('dim_district') }} as district
    on ward.district_code = district.district_code
inner join named
    on street.ward_code = named.ward_code and street.street = named.street
where street.offences > 0
