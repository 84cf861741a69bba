{#
    What a fact about an offence repeats of it, so that no mart has to join two facts. A row whose offence was
    never delivered counts for no serious violence.
#}
{% macro offence_attributes() -%}
    coalesce(offence.is_serious_violence, false) as is_serious_violence,
    offence.financial_year,
    coalesce(offence.district_code, 'Unknown') as district_code,
    offence.offence_type
{%- endmacro %}
