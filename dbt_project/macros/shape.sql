{#
    What a text of a sender looks like, without what it says: `Aaaa aa 9999`. The same rule as orchestration/text/shapes.py,
    which a test holds to it.
#}
{% macro shape(column) -%}
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        left({{ column }}, 60), '[\p{Ll}\p{Lo}\p{Lm}\p{M}]', 'a', 'g'
    ), '[\p{Lu}\p{Lt}]', 'A', 'g'), '\p{N}', '9', 'g'), '[^ -~]', '?', 'g')
{%- endmacro %}

{# Whether a label is a known one, but for a spelling mistake. Both as `plain_label` returns them. #}
{% macro is_near(label, known) -%}
    (
        {{ label }} = {{ known }}
        or (
            length({{ known }}) >= 6
            and damerau_levenshtein({{ known }}, {{ label }}) <= least(3, {{ integer_divide('length(' ~ known ~ ')', 6) }})
        )
    )
{%- endmacro %}

{#
    Whether enough rows use a sender's own name of something, a ward or street that no list has, for it to be a name of that and
    not a text that went into the wrong column of one row.
#}
{% macro is_in_use(rows) -%}
    {{ rows }} >= {{ var('least_rows_of_a_name') }}
{%- endmacro %}
