{# Offence types of all definitions, in order, as a relation: offence_type, offence_type_order, short_label. #}
{% macro offence_types() -%}
    (
        with known as (
            select
                offence_type,
                sort_order,
                short_label
            from {{ ref('offence_type') }}
        ),

        -- A definition that names no type counts by the group of recorded crime.
        counted as (
            select distinct offence_type from {{ ref('bridge_offence_code_rule') }}
            where offence_type is not null
        ),

        named as (
            select
                coalesce(known.offence_type, counted.offence_type) as offence_type,
                known.sort_order,
                coalesce(known.short_label, counted.offence_type) as short_label
            from known
            full outer join counted
                on known.offence_type = counted.offence_type

            union all

            select
                'Not in the definition' as offence_type,
                null as sort_order,
                'Not in the definition' as short_label
        )

        select
            offence_type,
            cast(row_number() over (
                order by offence_type = 'Not in the definition', sort_order nulls last, offence_type
            ) as integer) as offence_type_order,
            short_label
        from named
    )
{%- endmacro %}
