{# Six hours of the day that an hour is in. #}
{% macro hour_band(hour) -%}
    case
        when {{ hour }} < 6 then '00-05'
        when {{ hour }} < 12 then '06-11'
        when {{ hour }} < 18 then '12-17'
        when {{ hour }} < 24 then '18-23'
        else 'Unknown'
    end
{%- endmacro %}

{# A join with dim_age_band, for the age group of a person. #}
{% macro join_age(person) -%}
    inner join {{ ref('dim_age_band') }} as age_band
        on coalesce({{ person }}.age, -1) = age_band.age_key
{%- endmacro %}
