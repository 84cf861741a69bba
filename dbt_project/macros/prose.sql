{#
    One statement of the prose, as a row of sna_prose: a fraction of sums over the rows of a relation. No row where there
    is nothing to sum. A percentage carries the factor 100.
#}
{% macro prose_number(table_id, position, row_label, column_label, unit, numerator, relation, denominator='1', where='true') -%}
    select
        '{{ table_id }}' as table_id,
        '' as row_group,
        '{{ row_label }}' as row_label,
        {{ position }} as row_order,
        '{{ column_label }}' as column_label,
        1 as column_order,
        '{{ unit }}' as unit,
        cast({{ '100 * ' if unit == 'percent' }}({{ numerator }}) as bigint) as numerator,
        cast({{ denominator }} as bigint) as denominator
    from {{ relation }}
    where {{ where }}
    having count(*) > 0
{%- endmacro %}

{#
    Whether a sum rose in every year over the one before, in a word, as a row of sna_prose_words. For a fall pass the negative
    sum and the word for it; for ups and downs, what to call them.
#}
{% macro prose_trend(
    table_id, position, row_label, numerator, relation, denominator='1', where='true', rising='increasing', both=none
) -%}
    select
        '{{ table_id }}' as table_id,
        '' as row_group,
        '{{ row_label }}' as row_label,
        {{ position }} as row_order,
        'Trend' as column_label,
        1 as column_order,
        'text' as unit,
        case
            when bool_and(share > share_before) then '{{ rising }}'
            {% if both %}
                when bool_or(share > share_before) and bool_or(share < share_before) then '{{ both }}'
            {% endif %}
            else 'not {{ rising }}'
        end as value_text
    from (
        select
            share,
            lag(share) over (order by financial_year) as share_before
        from (
            select
                financial_year,
                cast({{ numerator }} as double) / ({{ denominator }}) as share
            from {{ relation }}
            where {{ where }}
            group by financial_year
        )
    )
    where share_before is not null
    having count(*) > 0
{%- endmacro %}

{#
    The member with the largest sum, or the one in another place, as a row of sna_prose_words. No row where nobody has a sum, or
    where one of the years that it compares was not delivered.
#}
{% macro prose_leader(table_id, position, row_label, member, measure, relation, where='true', place=1, years=[]) -%}
    select
        '{{ table_id }}' as table_id,
        '' as row_group,
        '{{ row_label }}' as row_label,
        {{ position }} as row_order,
        'Name' as column_label,
        1 as column_order,
        'text' as unit,
        cast(member as varchar) as value_text
    from (
        select
            {{ member }} as member,
            row_number() over (order by sum({{ measure }}) desc, {{ member }}) as place
        from {{ relation }}
        where {{ where }}
        {%- for year in years %}
            and '{{ year }}' in (select delivered.financial_year from {{ relation }} as delivered)
        {%- endfor %}
        group by {{ member }}
        having sum({{ measure }}) is not null
    )
    where place = {{ place }}
{%- endmacro %}

{# The rows of a mart that are of the report's years. #}
{% macro in_report(mart) -%}
    (
        select * from {{ ref(mart) }}
        where financial_year between '{{ var("report_first_year") }}' and '{{ var("report_last_year") }}'
    )
{%- endmacro %}

{# The sum over the rows that meet a condition. #}
{% macro sum_where(condition, measure) -%}
    sum(case when {{ condition }} then {{ measure }} else 0 end)
{%- endmacro %}

{# That sum in a later year less that in an earlier one; null where either was not delivered. #}
{% macro change_where(condition, measure, earlier, later) -%}
    case
        when bool_or(financial_year = '{{ earlier }}') and bool_or(financial_year = '{{ later }}')
            then {{ sum_where(condition ~ " and financial_year = '" ~ later ~ "'", measure) }}
                - {{ sum_where(condition ~ " and financial_year = '" ~ earlier ~ "'", measure) }}
    end
{%- endmacro %}
