{#
    What the marts of crime harm measure of rows with `harm_days` and `is_proactive`: how many there are, how many have a weight,
    and the harm of those. Harm that no row has a weight for is empty, never 0.

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
    {%- endfor %}
{%- endmacro %}

{# The word for where a sum went from year to year, as a row of words: increasing, decreasing or neither. #}
{% macro prose_direction(table_id, position, row_label, measure, relation, where='true') -%}
    select
        '{{ table_id }}' as table_id,
        '' as row_group,
        '{{ row_label }}' as row_label,
        {{ position }} as row_order,
        'Trend' as column_label,
        1 as column_order,
        'text' as unit,
        case
            when bool_and(measured > measured_before) then 'increasing'
            when bool_and(measured < measured_before) then 'decreasing'
            else 'neither'
        end as value_text
    from (
        select
            measured,
            lag(measured) over (order by financial_year) as measured_before
        from (
            select
                financial_year,
                {{ measure }} as measured
            from {{ relation }}
            where {{ where }}
            group by financial_year
        )
    )
    where measured_before is not null
    having count(*) > 0
{%- endmacro %}

{# The year in which a sum was largest (or smallest), as a row of words. #}
{% macro prose_year_of(table_id, position, row_label, measure, relation, where='true', order='desc') -%}
    select
        '{{ table_id }}' as table_id,
        '' as row_group,
        '{{ row_label }}' as row_label,
        {{ position }} as row_order,
        'Name' as column_label,
        1 as column_order,
        'text' as unit,
        financial_year as value_text
    from (
        select
            financial_year,
            row_number() over (order by {{ measure }} {{ order }} nulls last, financial_year) as place
        from {{ relation }}
        where {{ where }}
        group by financial_year
    )
    where place = 1
{%- endmacro %}
