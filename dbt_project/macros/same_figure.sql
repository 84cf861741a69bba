{#
    Whether two figures, passed as text, are the same within a tolerance; text that is no number must have the same words.
    45 and 45.0 are the same figure; capitals and punctuation are no words.
#}
{% macro same_figure(left_figure, right_figure, tolerance) -%}
    coalesce(
        abs(
            try_cast({{ left_figure }} as decimal(18, 4)) - try_cast({{ right_figure }} as decimal(18, 4))
        ) <= {{ tolerance }},
        {{ words_of(left_figure) }} = {{ words_of(right_figure) }},
        false
    )
{%- endmacro %}

{% macro words_of(label) -%}
    regexp_replace(lower({{ label }}), '[^a-z0-9]+', ' ', 'g')
{%- endmacro %}
