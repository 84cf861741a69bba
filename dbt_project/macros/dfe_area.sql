{#
    The code of the area that a row of a Department for Education file is about: country, region or authority by its level. A
    region without a code (London in some files) has none, and must not pass for England.
#}
{% macro dfe_area() -%}
    case lower(geographic_level)
        when 'national' then country_code
        when 'regional' then region_code
        else old_la_code
    end
{%- endmacro %}
