-- Offences by place, of three kinds of place; those without one are kept under Unknown.
with offence as (
    select
        offence.*,
        coalesce(point.hexagon_code, 'Unknown') as hexagon_code
    from {{ ref('placed_crime') }} as offence
    left join {{ ref('bridge_point_hexagon') }} as point
        on offence.easting = point.easting and offence.northing = point.northing
)

{% for definition, flag in hotspot_definitions() + [street_definition()] -%}
    {%- set outer = loop -%}
    {%- for place_kind, place in [('Ward', 'ward_code'), ('LSOA', 'lsoa_code'), ('Hexagon', 'hexagon_code')] %}
        select
            '{{ definition }}' as definition,
            '{{ place_kind }}' as place_kind,
            {{ place }} as place_code,
            recorded_month,
            count(*) as offences
        from offence
        where {{ flag }}
        group by all
        {% if not (loop.last and outer.last) %}union all{% endif %}
    {%- endfor %}
{%- endfor %}
