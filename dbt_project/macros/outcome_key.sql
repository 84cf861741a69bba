{#
    The key of dim_outcome: the outcome code, and who decided where the dimension distinguishes deciders
    ('15-CPS'). A code outside the framework is 'Unknown'.
#}
{% macro outcome_key(outcome_code, decision_maker) -%}
    case
        when {{ outcome_code }} in (
            select whole.outcome_key from {{ ref('outcome_code') }} as whole
        )
            then {{ outcome_code }}
        when {{ outcome_code }} || '-' || {{ decision_maker }} in (
            select split.outcome_key from {{ ref('outcome_code') }} as split
        )
            then {{ outcome_code }} || '-' || {{ decision_maker }}
        else 'Unknown'
    end
{%- endmacro %}
