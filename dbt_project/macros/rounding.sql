{#
    numerator / denominator, both whole numbers, rounded half up (away from zero) to `decimals` places.
    Worked in whole numbers: binary floats and bankers' rounding miss the ties. NULL where the denominator is 0.
#}
{% macro round_half_up(numerator, denominator, decimals) -%}
    (
        cast(
            sign({{ numerator }}) * sign({{ denominator }})
            * {{ integer_divide(
                "(2 * abs(cast(" ~ numerator ~ " as hugeint)) * cast(power(10, " ~ decimals ~ ") as integer)"
                ~ " + abs(" ~ denominator ~ "))",
                "(2 * nullif(abs(cast(" ~ denominator ~ " as hugeint)), 0))"
            ) }}
            as bigint
        )
        / power(10, {{ decimals }})
    )
{%- endmacro %}

{# A part as a percentage of the whole. #}
{% macro pct(part, whole, decimals) -%}
    {{ round_half_up("(100 * cast(" ~ part ~ " as bigint))", whole, decimals) }}
{%- endmacro %}

{# The change from one period to the next as a percentage of the earlier one, never of the later. #}
{% macro pct_change(earlier, later, decimals) -%}
    {{ round_half_up("(100 * (cast(" ~ later ~ " as bigint) - " ~ earlier ~ "))", earlier, decimals) }}
{%- endmacro %}
