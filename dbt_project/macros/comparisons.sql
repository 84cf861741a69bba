{#
    Comparisons of numbers that were counted independently of each other, built on the limits of macros/intervals.sql.
#}

{#
    So many of one kind per 100 of another, from the percentage that the first is of both together. The limits of the ratio of
    two Poisson counts follow from those of the share, since for a fixed sum the first is binomial (Przyborowski and Wilenski
    1940).
#}
{% macro odds(percent) -%} (100 * {{ percent }} / nullif(100 - {{ percent }}, 0)) {%- endmacro %}

{#
    Whether a share has changed, in words as change_verdict has them: by whether Newcombe's limits of the difference (1998, his
    method 10, from the Wilson limits of both shares) leave out 0; `too few to compare` where a base is below `compare_minimum`.
#}
{% macro share_change_verdict(earlier_part, earlier_whole, later_part, later_whole) -%}
    case
        when {{ earlier_whole }} is null or {{ later_whole }} is null then null
        when least({{ earlier_whole }}, {{ later_whole }}) < {{ var('compare_minimum') }} then 'too few to compare'
        when
            {{ _share(later_part, later_whole) }} - {{ _share(earlier_part, earlier_whole) }}
            > {{ _reach(later_part, later_whole, earlier_part, earlier_whole) }}
            then 'increase'
        when
            {{ _share(earlier_part, earlier_whole) }} - {{ _share(later_part, later_whole) }}
            > {{ _reach(earlier_part, earlier_whole, later_part, later_whole) }}
            then 'decrease'
        else 'no clear change'
    end
{%- endmacro %}

{% macro _share(part, whole) -%} (100.0 * {{ part }} / nullif({{ whole }}, 0)) {%- endmacro %}

{# Distance from a difference of two shares to its limit on the side of 0. #}
{% macro _reach(high_part, high_whole, low_part, low_whole) -%}
    sqrt(
        pow({{ _share(high_part, high_whole) }} - {{ wilson_lower(high_part, high_whole) }}, 2)
        + pow({{ wilson_upper(low_part, low_whole) }} - {{ _share(low_part, low_whole) }}, 2)
    )
{%- endmacro %}

{#
    How a number compares with a benchmark, in words: `higher` or `lower` only where the benchmark is outside its limits, as
    in the public-health profiles of England; `too few to compare` where the count is below `compare_minimum`.
#}
{% macro benchmark_verdict(low, high, benchmark, count) -%}
    case
        when {{ benchmark }} is null or {{ low }} is null then null
        when {{ count }} < {{ var('compare_minimum') }} then 'too few to compare'
        when {{ low }} > {{ benchmark }} then 'higher'
        when {{ high }} < {{ benchmark }} then 'lower'
        else 'similar'
    end
{%- endmacro %}
