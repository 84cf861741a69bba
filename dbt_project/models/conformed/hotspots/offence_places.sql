-- Where the offences of each window are, at the three scales at once.
{% for definition, flag in hotspot_definitions() + [street_definition()] -%}
    select
        '{{ definition }}' as definition,
        hotspot_window.last_month,
        offence.ward_code,
        offence.lsoa_code,
        coalesce(point.hexagon_code, 'Unknown') as hexagon_code,
        count(*) as offences
    from {{ ref('placed_crime') }} as offence
    inner join {{ ref('dim_hotspot_window') }} as hotspot_window
        on
            offence.recorded_month between hotspot_window.first_month and hotspot_window.last_month
            and hotspot_window.is_analysed
    left join {{ ref('bridge_point_hexagon') }} as point
        on offence.easting = point.easting and offence.northing = point.northing
    where offence.{{ flag }}
    group by hotspot_window.last_month, offence.ward_code, offence.lsoa_code, coalesce(point.hexagon_code, 'Unknown')
    {{ 'union all' if not loop.last }}
{% endfor %}
