{# SQL that engines spell differently, one macro each. #}

{% macro integer_divide(dividend, divisor) -%}
    ({{ dividend }} // {{ divisor }})
{%- endmacro %}

{# The wall-clock time in a zone of a timestamp kept in UTC. #}
{% macro local_time(utc_timestamp, zone) -%}
    ({{ utc_timestamp }} at time zone 'UTC' at time zone '{{ zone }}')
{%- endmacro %}

{# Monday = 1 to Sunday = 7. #}
{% macro iso_day_of_week(date_column) -%}
    isodow({{ date_column }})
{%- endmacro %}

{# One row per whole number from first to last, in the column `n`. #}
{% macro numbers(first, last) -%}
    (select unnest(generate_series({{ first }}, {{ last }})) as n)
{%- endmacro %}

{# One row per day from first to last, in the column `date_day`. #}
{% macro days(first, last) -%}
    (select cast(unnest(generate_series(date '{{ first }}', date '{{ last }}', interval 1 day)) as date) as date_day)
{%- endmacro %}

{# First day of the month of a day or timestamp. #}
{% macro month_of(moment) -%}
    cast(date_trunc('month', {{ moment }}) as date)
{%- endmacro %}

{# First day of a month that is written 2024-01. #}
{% macro month_start_of_label(label) -%}
    cast(left(cast({{ label }} as varchar), 7) || '-01' as date)
{%- endmacro %}

{# First day of the month, here, of a timestamp kept in UTC. #}
{% macro month_start_of_utc(utc_timestamp) -%}
    cast(date_trunc('month', {{ local_time(utc_timestamp, 'Europe/London') }}) as date)
{%- endmacro %}

{# Last day of a month that is written March 2024. #}
{% macro month_end_of_name(name) -%}
    last_day(cast(strptime('1 ' || {{ name }}, '%d %B %Y') as date))
{%- endmacro %}

{# The members of a list that is written in one text, one row each; a blank text is one blank member. #}
{% macro members_of(text, separator=';') -%}
    unnest(coalesce(string_split({{ text }}, '{{ separator }}'), [null]))
{%- endmacro %}

{# Months that are completed from one day to another: from 31 January to 28 February none. #}
{% macro completed_months(first_day, last_day) -%}
    date_sub('month', {{ first_day }}, {{ last_day }})
{%- endmacro %}

{# Of members that are written in one text, `expression as name` or a column alone: their names, as a list. #}
{% macro names_of(text) -%}
    string_split(regexp_replace({{ text }}, '[^;]* as ', '', 'g'), ';')
{%- endmacro %}

{# The same: their expressions. #}
{% macro expressions_of(text) -%}
    string_split(regexp_replace({{ text }}, ' as [a-z0-9_]+(;|$)', '\1', 'g'), ';')
{%- endmacro %}

{#
    The sum of floating-point numbers, whose last digit does not depend on the order of rows or the number of threads. Of whole numbers and
    decimals sum() is enough.
#}
{% macro ordered_sum(number) -%}
    sum({{ number }} order by {{ number }})
{%- endmacro %}
