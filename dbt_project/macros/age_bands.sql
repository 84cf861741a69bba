{# The five-year bands with their order, as a relation: age_band, age_band_order. #}
{% macro age_bands() -%}
    (
        select
            age_band,
            cast(min(age_band_order) as integer) as age_band_order
        from {{ ref('dim_age_band') }}
        group by age_band
    )
{%- endmacro %}

{# The place of an age range among others in any wording (Under 15, 18-24, over 34, 60+): its first age; Unknown comes last. #}
{% macro age_range_order(column) -%}
    case
        when lower({{ column }}) like 'under %' then cast(0 as integer)
        else coalesce(try_cast(nullif(regexp_extract({{ column }}, '[0-9]+'), '') as integer), 999)
    end
{%- endmacro %}

{# How many of the residents of bands of age are under an age, as if a band had as many of each year. #}
{% macro residents_under(age) -%}
    {{ ordered_sum('residents * least(1, greatest(0, (' ~ age ~ ' - age_from) / (coalesce(age_to, 99) - age_from + 1.0)))') }}
{%- endmacro %}

{# The first age of the band of five years; 85 and over are one, as in the European Standard Population of this project. #}
{% macro five_year_band(age) -%}
    least({{ integer_divide(age, '5') }} * 5, 85)
{%- endmacro %}
