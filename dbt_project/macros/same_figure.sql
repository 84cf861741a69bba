{#
    Whether two figures, given as text, are the same within a tolerance; text that is no number must be equal.
    45 and 45.0 are the same figure.
#}
{% macro same_figure(left_figure, right_figure, tolerance) -%}
    coalesce(
        abs(
            try_cast({{ left_figure }} as decimal(18, 4)) - try_cast({{ right_figure }} as decimal(18, 4))
        ) <= {{ tolerance }},
        {{ left_figure }} = {{ right_figure }},
        false
    )
{%- endmacro %}
