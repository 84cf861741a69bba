{#
    What the marts of crime harm measure of rows with `harm_days`, `is_proactive` and `is_illustrative`: how many there are, how many have a weight,
    and the harm of those, with how much of it rests on weights that were made up for a demonstration. Harm that no row has a
    weight for is empty, never 0.

    counted     what a row is, in the plural
    per_one     the same in the singular
#}
{% macro harm_measures(counted, per_one) -%}
    {%- for suffix, every in [('', none), ('_not_proactive', 'not is_proactive')] %}
        {%- set when = 'case when ' ~ every ~ ' then ' if every else '' -%}
        {%- set end = ' end' if every else '' %}
        count({{ when }}1{{ end }}) as {{ counted }}{{ suffix }},
        count({{ when }}harm_days{{ end }}) as weighted_{{ counted }}{{ suffix }},
        count({{ when }}1{{ end }}) - count({{ when }}harm_days{{ end }}) as unweighted_{{ counted }}{{ suffix }},
        cast(sum({{ when }}harm_days{{ end }}) as double) as harm_days{{ suffix }},
        cast(round(
            sum({{ when }}harm_days{{ end }}) / nullif(count({{ when }}harm_days{{ end }}), 0), 2
        ) as double) as harm_days_per_{{ per_one }}{{ suffix }}
        {%- if not loop.last %},{% endif %}
    {%- endfor %},
    cast(coalesce(sum(case when is_illustrative then harm_days end), 0) as double) as illustrative_harm_days,
    cast(round(
        100 * coalesce(sum(case when is_illustrative then harm_days end), 0) / nullif(sum(harm_days), 0), 1
    ) as double) as illustrative_harm_percent
{%- endmacro %}
