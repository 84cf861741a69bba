{#
    How sure a number is: 95 % confidence limits of counts and shares.

    The Poisson functions are those of python/exact.py; behind these macros so that another engine can bring its own.
#}

{# Limits of the count that would be expected of the same place and time again: exact (Garwood), as a count. #}
{% macro poisson_lower(count) -%} poisson_lower(cast({{ count }} as bigint)) {%- endmacro %}
{% macro poisson_upper(count) -%} poisson_upper(cast({{ count }} as bigint)) {%- endmacro %}

{# A count per so many people, and its exact limits. NULL where the population is 0 or not known. #}
{% macro rate_per(count, population, per=1000) -%}
    (cast({{ per }} as double) * {{ count }} / nullif({{ population }}, 0))
{%- endmacro %}
{% macro rate_lower(count, population, per=1000) -%} {{ rate_per(poisson_lower(count), population, per) }} {%- endmacro %}
{% macro rate_upper(count, population, per=1000) -%} {{ rate_per(poisson_upper(count), population, per) }} {%- endmacro %}

{# Wilson limits (1927, without continuity correction) of a part as a percentage of the whole. NULL where the whole is 0. #}
{% macro wilson_lower(part, whole) -%} {{ _wilson(part, whole, '-') }} {%- endmacro %}
{% macro wilson_upper(part, whole) -%} {{ _wilson(part, whole, '+') }} {%- endmacro %}

{% macro _wilson(part, whole, sign) -%}
    {%- set z = '1.959963984540054' -%}
    {%- set n = "cast(nullif(" ~ whole ~ ", 0) as double)" -%}
    {%- set p = "((" ~ part ~ ") / " ~ n ~ ")" -%}
    {#- Rounding can leave a limit a hair below 0, and a negative zero of it; `greatest` passes NULL over. -#}
    case
        when {{ n }} is not null then greatest(
            0,
            100 * ({{ p }} + {{ z }} * {{ z }} / (2 * {{ n }})
            {{ sign }} {{ z }}
            * sqrt(greatest({{ p }} * (1 - {{ p }}) / {{ n }} + {{ z }} * {{ z }} / (4 * {{ n }} * {{ n }}), 0)))
            / (1 + {{ z }} * {{ z }} / {{ n }})
        )
    end
{%- endmacro %}

{#
    The two columns of limits beside the percentage `name`, rounded to as many places as it is; NULL where the
    condition `when` does not hold. For parts that come independently of each other, as people or offences do: the occurrences
    of one person do not.
#}
{% macro share_limits(name, part, whole, places=1, when=none) -%}
    {{ _limits(name, wilson_lower(part, whole), wilson_upper(part, whole), places, when) }}
{%- endmacro %}

{# The same beside the rate `name` per 1,000. #}
{% macro rate_limits(name, count, population, places=2, when=none) -%}
    {{ _limits(name, rate_lower(count, population), rate_upper(count, population), places, when) }}
{%- endmacro %}

{% macro _limits(name, lower, upper, places, when) -%}
    {%- for side, limit in [('lower_95', lower), ('upper_95', upper)] -%}
        {%- if when %}case when {{ when }} then {% endif -%}
        round({{ limit }}, {{ places }})
        {%- if when %} end{% endif %} as {{ name }}_{{ side }}
        {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#
    So many of one kind per 100 of another, from the percentage that the first is of both together. The limits of the ratio of
    two Poisson counts follow from those of the share, since for a fixed sum the first is binomial (Przyborowski and Wilenski
    1940).
#}
{% macro odds(percent) -%} (100 * {{ percent }} / nullif(100 - {{ percent }}, 0)) {%- endmacro %}

{#
    Whether one number is above another beyond chance, from the limits of both: whether the limits of their difference (Zou and Donner
    2008, from those limits) leave out 0.
#}
{% macro is_above(high, low) -%}
    (
        {{ high }}.value > {{ low }}.value
        and {{ high }}.value - {{ low }}.value
        > sqrt(pow({{ high }}.value - {{ high }}.value_lower_95, 2) + pow({{ low }}.value_upper_95 - {{ low }}.value, 2))
    )
{%- endmacro %}

{# Byar's limits of a count (Breslow and Day 1987), which the public-health indicators of England use. #}
{% macro byar_lower(count) -%}
    case when {{ count }} > 0 then
        {{ count }} * pow(1 - 1 / (9.0 * {{ count }}) - 1.959963984540054 / (3 * sqrt({{ count }})), 3)
    else 0.0 end
{%- endmacro %}
{% macro byar_upper(count) -%}
    (({{ count }} + 1) * pow(1 - 1 / (9.0 * ({{ count }} + 1)) + 1.959963984540054 / (3 * sqrt({{ count }} + 1)), 3))
{%- endmacro %}

{#
    A directly standardised rate per 1,000 and its limits (Dobson et al. 1991, from Byar's limits of the count), as three columns: an
    aggregate over bands of age with their events, residents and standard residents. NULL below ten events, where the limits do not hold.
#}
{% macro standardised_rate(name, events, residents, standard, places=2) -%}
    {%- set total = "sum(" ~ events ~ ")" -%}
    {%- set rate = "(1000 * " ~ ordered_sum(standard ~ " * " ~ events ~ " / nullif(" ~ residents ~ ", 0)") ~ " / sum(" ~ standard ~ "))" -%}
    {%- set variance = ordered_sum("pow(" ~ standard ~ ", 2) * " ~ events ~ " / nullif(pow(" ~ residents ~ ", 2), 0)") -%}
    {%- set error = "(1000 * sqrt(" ~ variance ~ ") / sum(" ~ standard ~ "))" -%}
    round(case when {{ total }} >= 10 then {{ rate }} end, {{ places }}) as {{ name }}
    {%- for side, limit in [('lower_95', byar_lower(total)), ('upper_95', byar_upper(total))] %},
    round(
        case when {{ total }} >= 10 then {{ rate }} + {{ error }} / sqrt({{ total }}) * ({{ limit }} - {{ total }}) end, {{ places }}
    ) as {{ name }}_{{ side }}
    {%- endfor %}
{%- endmacro %}
