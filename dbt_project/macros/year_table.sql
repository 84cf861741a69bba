{#
    The commonest shape of a table of the needs assessment: rows by financial year, as counts.

    rows    name of a CTE with row_label, row_order
    counts  name of a CTE with financial_year, row_label, count (a cell without one is 0)
    year_label    the column of report_year that heads the columns
    total_row, total_column   their labels, where the table has them
    years         the years that head the columns: report_year, or a CTE made by delivered_years
    row_group     heading over the rows
    group_order   the position of this group in the table, from 0: see in_group
    of_report     whether rows and counts have a report_id: those of one report are not those of another
    symbols       whether counts have a column symbol: why a count is empty

    A count that is empty, and each total that it is a part of, is not known: it is not 0.

    Columns: report_id, table_id, row_group, row_label, row_order, column_label, column_order, unit, numerator, denominator, and with
    symbols: symbol.
#}
{% macro year_table(
    table_id, rows, counts, year_label, total_row=none, total_column=none, years=none, row_group='', group_order=0,
    of_report=false, symbols=false
) -%}
    select
        report_year.report_id,
        '{{ table_id }}' as table_id,
        '{{ row_group }}' as row_group,
        coalesce({{ rows }}.row_label, '{{ total_row or "" }}') as row_label,
        {{ in_group(group_order, 'coalesce(' ~ rows ~ '.row_order, ' ~ last_position() ~ ')') }} as row_order,
        coalesce(report_year.{{ year_label }}, '{{ total_column or "" }}') as column_label,
        coalesce(report_year.year_order, {{ last_position() }}) as column_order,
        'count' as unit,
        {{ known_sum(counts ~ '.count', counts ~ '.financial_year') }} as numerator,
        1 as denominator
        {%- if symbols %},
        {{ symbol_of(counts ~ '.count', counts ~ '.symbol', counts ~ '.financial_year') }} as symbol
        {%- endif %}
    from {{ rows }}
    inner join {{ years or ref('report_year') }} as report_year
        on {{ 'report_year.report_id = ' ~ rows ~ '.report_id' if of_report else 'true' }}
    left join {{ counts }}
        on
            report_year.financial_year = {{ counts }}.financial_year
            {%- if of_report %}
            and report_year.report_id = {{ counts }}.report_id
            {%- endif %}
            and {{ rows }}.row_label = {{ counts }}.row_label
    -- Without a single count the feed was not delivered: no figures, rather than zeros.
    where exists (select 1 from {{ counts }})
    group by grouping sets (
        (report_year.report_id, {{ rows }}.row_label, {{ rows }}.row_order, report_year.{{ year_label }}, report_year.year_order)
        {%- if total_column %},
            (report_year.report_id, {{ rows }}.row_label, {{ rows }}.row_order)
        {%- endif %}
        {%- if total_row %},
            (report_year.report_id, report_year.{{ year_label }}, report_year.year_order)
        {%- endif %}
        {%- if total_row and total_column %},
            (report_year.report_id)
        {%- endif %}
    )
{%- endmacro %}

{#
    A sum of what a sender has counted; 0 where there is no row. Empty where one of the numbers is: what is withheld is not 0.

    row   a column that every row has; of a relation that may have none, one of its own
#}
{% macro known_sum(value, row='*') -%}
    case when count({{ row }}) = count({{ value }}) then coalesce(sum({{ value }}), 0) end
{%- endmacro %}

{# Why a number is empty: its symbol, x where it has none. #}
{% macro why_empty(value, symbol) -%}
    case when {{ value }} is null then coalesce({{ symbol }}, 'x') end
{%- endmacro %}

{# Why such a sum is empty: the symbol of an empty number. `row` as above. #}
{% macro symbol_of(value, symbol, row='true') -%}
    min(case when {{ row }} is not null then {{ why_empty(value, symbol) }} end)
{%- endmacro %}

{# Totals and percentages come after everything else. #}
{% macro last_position() -%} 9000 {%- endmacro %}

{# Position of a row of a table that has groups: those of a group are together, in every year. Groups are numbered from 0. #}
{% macro in_group(group_order, row_order) -%}
    {%- if group_order -%} 10000 * {{ group_order }} + {% endif -%} {{ row_order }}
{%- endmacro %}

{# The report's years that a mart covers: a feed that began later has no figures of earlier years, rather than zeros. #}
{% macro delivered_years(mart) -%}
    select
        report.report_id,
        dim_year.financial_year,
        dim_year.financial_year_long,
        dim_year.start_year as year_order
    from {{ ref('dim_financial_year') }} as dim_year
    inner join {{ ref('report_window') }} as report
        on dim_year.financial_year between report.first_year and report.last_year
    where dim_year.financial_year in (select delivered.financial_year from {{ ref(mart) }} as delivered)
{%- endmacro %}

{#
    The same with the years in the rows and what is counted in the columns. `columns` and `counts` are CTEs with
    column_label, column_order and financial_year, column_label, count.
#}
{% macro table_of_years(table_id, columns, counts, years, unit='count', denominator='1') -%}
    select
        {{ years }}.report_id,
        '{{ table_id }}' as table_id,
        '' as row_group,
        {{ years }}.financial_year as row_label,
        {{ years }}.year_order as row_order,
        {{ columns }}.column_label,
        {{ columns }}.column_order,
        '{{ unit }}' as unit,
        coalesce(sum({{ counts }}.count), 0) as numerator,
        {{ denominator }} as denominator
    from {{ columns }}
    cross join {{ years }}
    left join {{ counts }}
        on
            {{ years }}.financial_year = {{ counts }}.financial_year
            and {{ columns }}.column_label = {{ counts }}.column_label
    group by
        {{ years }}.report_id, {{ years }}.financial_year, {{ years }}.year_order, {{ columns }}.column_label,
        {{ columns }}.column_order
{%- endmacro %}
