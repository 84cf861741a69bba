{#
    What may be said of a comparison: the only place that decides a word such as increase, higher or similar. Method, with the reasons:
    docs/explanation/methods/verdicts.md. A mart takes three steps, each a relation of its own:

        1. a p-value, by counts_test or shares_test; NULL where nothing may be compared, or the test could find nothing
        2. q-values, by adjusted
        3. the word, by change_word or benchmark_word
#}

{#
    P-value that two counts have one rate. Exposures are 1 for the same place in two years, and residents for two places; the
    dispersion (variance / mean) is that of the model count_dispersion. NULL where the condition `when` does not hold.
#}
{% macro counts_test(count, other, exposure='1', other_exposure='1', dispersion='1', when='true') -%}
    case
        when {{ when }}
            then {{ empty_if_nan(
                "counts_p(cast(" ~ count ~ " as bigint), cast(" ~ other ~ " as bigint), cast(" ~ exposure ~ " as double), cast("
                ~ other_exposure ~ " as double), cast(" ~ dispersion ~ " as double))"
            ) }}
    end
{%- endmacro %}

{# P-value that two shares are one. NULL where the condition `when` does not hold. #}
{% macro shares_test(part, whole, other_part, other_whole, when='true') -%}
    case
        when {{ when }}
            then {{ empty_if_nan(
                "shares_p(cast(" ~ part ~ " as bigint), cast(" ~ whole ~ " as bigint), cast(" ~ other_part ~ " as bigint), cast("
                ~ other_whole ~ " as bigint))"
            ) }}
    end
{%- endmacro %}

{#
    A relation with the column `q`: its p-values, adjusted for the number of tests of the same family (Benjamini and Hochberg 1995).

    relation   name of a relation, or a query in brackets
    family     SQL list of columns
#}
{% macro adjusted(relation, family, p='p_value', q='q_value') %}
    select
        placed.*,
        case
            when {{ p }} is not null then min(least(1, {{ p }} * tests_of_family / place_in_family)) over (
                partition by {{ family }} order by place_in_family desc
                rows between unbounded preceding and current row
            )
        end as {{ q }}
    from (
        select
            *,
            count({{ p }}) over (partition by {{ family }}) as tests_of_family,
            -- Equal p-values have the last of their places.
            case when {{ p }} is not null then count({{ p }}) over (partition by {{ family }} order by {{ p }}) end
                as place_in_family
        from {{ relation }}
    ) as placed
{% endmacro %}

{#
    Whether a number has changed. NULL where there is no earlier number; `refusal` (SQL; why nothing may be said, such as 'not mature')
    goes before everything else.
#}
{% macro change_word(earlier, later, p='p_value', q='q_value', refusal='null') -%}
    {{ _word(earlier, later, p, q, refusal, 'increase', 'decrease', 'no clear change') }}
{%- endmacro %}

{# How a number compares with that of the others: with the rest of the county, for example. Likewise. #}
{% macro benchmark_word(others, number, p='p_value', q='q_value', refusal='null') -%}
    {{ _word(others, number, p, q, refusal, 'higher', 'lower', 'similar') }}
{%- endmacro %}

{% macro _word(first, second, p, q, refusal, more, less, same) -%}
    case
        when {{ first }} is null or {{ second }} is null then null
        {%- if refusal != 'null' %}
        when {{ refusal }} is not null then {{ refusal }}
        {%- endif %}
        when {{ p }} is null then 'too few to compare'
        when {{ q }} >= 0.05 then '{{ same }}'
        when {{ second }} > {{ first }} then '{{ more }}'
        else '{{ less }}'
    end
{%- endmacro %}

{#
    How a number compares with a fixed one that is not counted here, such as a published mean: by whether it is outside the limits, since
    there is no second count to test; `too few to compare` where the count is below `compare_minimum`.
#}
{% macro limits_word(low, high, benchmark, count) -%}
    case
        when {{ benchmark }} is null or {{ low }} is null then null
        when {{ count }} < {{ var('compare_minimum') }} then 'too few to compare'
        when {{ low }} > {{ benchmark }} then 'higher'
        when {{ high }} < {{ benchmark }} then 'lower'
        else 'similar'
    end
{%- endmacro %}
