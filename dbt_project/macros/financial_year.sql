{# The calendar year in which the financial year (April to March) of a date begins. #}
{% macro financial_year_start(date_column) -%}
    (year({{ date_column }}) - case when month({{ date_column }}) < 4 then 1 else 0 end)
{%- endmacro %}

{# The label of a financial year from the calendar year in which it begins: 2023 -> 2023/24. #}
{% macro financial_year_label(start_year) -%}
    (
        cast({{ start_year }} as varchar)
        || '/'
        || right(cast({{ start_year }} + 1 as varchar), 2)
    )
{%- endmacro %}

{# A period so many years later: 2022/23 -> 2023/24, 2024-03-31 -> 2025-03-31, 2023 -> 2024. #}
{% macro years_later(period, years) -%}
    case
        when {{ period }} like '____/__'
            then {{ financial_year_label('(cast(left(' ~ period ~ ', 4) as integer) + ' ~ years ~ ')') }}
        else cast(cast(left({{ period }}, 4) as integer) + {{ years }} as varchar) || substr({{ period }}, 5)
    end
{%- endmacro %}

{# The financial year of a date: 2024-03-31 -> 2023/24; 2024-04-01 -> 2024/25. #}
{% macro financial_year(date_column) -%}
    {{ financial_year_label(financial_year_start(date_column)) }}
{%- endmacro %}

{#
    The mid-year (30 June) whose residents a period is divided by, wherever it is: the latest that the period reaches, else the first
    known. An aggregate over the mid-years that were delivered.
#}
{% macro denominator_year(mid_year, last_day) -%}
    coalesce(max(case when make_date({{ mid_year }}, 6, 30) <= {{ last_day }} then {{ mid_year }} end), min({{ mid_year }}))
{%- endmacro %}

{#
    Joins the row of the year before, `last_year`, to each row `this_year` of the same relation; `year_before` is that financial year, whether
    the relation has it or not.

    keys        columns besides financial_year by which a row is found again
    start_year  in which the year of `this_year` begins
    whole       whether both years must have all of their months (a column `months`): part of a year is compared with nothing
#}
{% macro join_year_before(relation, keys=(), start_year='this_year.start_year', whole=false) -%}
    left join {{ ref('dim_financial_year') }} as year_before
        on {{ start_year }} - 1 = year_before.start_year
    left join {{ relation }} as last_year
        on
            year_before.financial_year = last_year.financial_year
            {%- for key in keys %}
            and this_year.{{ key }} = last_year.{{ key }}
            {%- endfor %}
            {%- if whole %}
            and this_year.months = 12
            and last_year.months = 12
            {%- endif %}
{%- endmacro %}

{# The years that a report puts together, by which people who were seen in several of them are counted once. #}
{% macro report_spans() -%}
    select distinct
        first_year || ' - ' || last_year as period,
        first_year,
        last_year
    from {{ ref('report_window') }}
{%- endmacro %}
