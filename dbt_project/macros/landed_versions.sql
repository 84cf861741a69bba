{#
    A feed's rows of all deliveries in use, with those that later ones have replaced: what each delivery said. A relation beside the
    feed's landing view (orchestration/warehouse/ledger.py), so that it is of the same source.
#}
{% macro landed_versions(feed) -%}
    {{ (source('landing', feed) | string).replace('landing', 'landing_log', 1) }}
{%- endmacro %}
