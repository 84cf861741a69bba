{# SQL that engines spell differently: one macro each, and its forms for DuckDB and Spark below it. #}

{% macro integer_divide(dividend, divisor) -%} {{- adapter.dispatch('integer_divide')(dividend, divisor) -}} {%- endmacro %}
{% macro duckdb__integer_divide(dividend, divisor) -%}
    ({{ dividend }} // {{ divisor }})
{%- endmacro %}
{% macro spark__integer_divide(dividend, divisor) -%}
    ({{ dividend }} div {{ divisor }})
{%- endmacro %}

{# The wall-clock time in a zone of a timestamp kept in UTC. #}
{% macro local_time(utc_timestamp, zone) -%} {{- adapter.dispatch('local_time')(utc_timestamp, zone) -}} {%- endmacro %}
{% macro duckdb__local_time(utc_timestamp, zone) -%}
    ({{ utc_timestamp }} at time zone 'UTC' at time zone '{{ zone }}')
{%- endmacro %}
{% macro spark__local_time(utc_timestamp, zone) -%}
    from_utc_timestamp({{ utc_timestamp }}, '{{ zone }}')
{%- endmacro %}

{# Monday = 1 to Sunday = 7. #}
{% macro iso_day_of_week(date_column) -%} {{- adapter.dispatch('iso_day_of_week')(date_column) -}} {%- endmacro %}
{% macro duckdb__iso_day_of_week(date_column) -%}
    isodow({{ date_column }})
{%- endmacro %}
{% macro spark__iso_day_of_week(date_column) -%}
    (weekday({{ date_column }}) + 1)
{%- endmacro %}

{# One row per whole number from first to last, in the column `n`. #}
{% macro numbers(first, last) -%} {{- adapter.dispatch('numbers')(first, last) -}} {%- endmacro %}
{% macro duckdb__numbers(first, last) -%}
    (select unnest(generate_series({{ first }}, {{ last }})) as n)
{%- endmacro %}
{% macro spark__numbers(first, last) -%}
    (select explode(sequence({{ first }}, {{ last }})) as n)
{%- endmacro %}

{# One row per day from first to last, in the column `date_day`. #}
{% macro days(first, last) -%} {{- adapter.dispatch('days')(first, last) -}} {%- endmacro %}
{% macro duckdb__days(first, last) -%}
    (select cast(unnest(generate_series(date '{{ first }}', date '{{ last }}', interval 1 day)) as date) as date_day)
{%- endmacro %}
{% macro spark__days(first, last) -%}
    (select explode(sequence(date '{{ first }}', date '{{ last }}', interval 1 day)) as date_day)
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
{% macro month_end_of_name(name) -%} {{- adapter.dispatch('month_end_of_name')(name) -}} {%- endmacro %}
{% macro duckdb__month_end_of_name(name) -%}
    last_day(cast(strptime('1 ' || {{ name }}, '%d %B %Y') as date))
{%- endmacro %}
{% macro spark__month_end_of_name(name) -%}
    last_day(to_date('1 ' || {{ name }}, 'd MMMM yyyy'))
{%- endmacro %}

{# The members of a list that is written in one text, one row each; a blank text is one blank member. #}
{% macro members_of(text, separator=';') -%} {{- adapter.dispatch('members_of')(text, separator) -}} {%- endmacro %}
{% macro duckdb__members_of(text, separator) -%}
    unnest(coalesce(string_split({{ text }}, '{{ separator }}'), [null]))
{%- endmacro %}
{% macro spark__members_of(text, separator) -%}
    explode(coalesce(split({{ text }}, '{{ separator }}'), array(null)))
{%- endmacro %}

{# Months that are completed from one day to another: from 31 January to 28 February none. #}
{% macro completed_months(first_day, last_day) -%} {{- adapter.dispatch('completed_months')(first_day, last_day) -}} {%- endmacro %}
{% macro duckdb__completed_months(first_day, last_day) -%}
    date_sub('month', {{ first_day }}, {{ last_day }})
{%- endmacro %}
{% macro spark__completed_months(first_day, last_day) -%}
    (
        (year({{ last_day }}) - year({{ first_day }})) * 12 + month({{ last_day }}) - month({{ first_day }})
        - case when day({{ last_day }}) < day({{ first_day }}) then 1 else 0 end
    )
{%- endmacro %}

{# Of members that are written in one text, `expression as name` or a column alone: their names, as a list. #}
{% macro names_of(text) -%} {{- adapter.dispatch('names_of')(text) -}} {%- endmacro %}
{% macro duckdb__names_of(text) -%}
    string_split(regexp_replace({{ text }}, '[^;]* as ', '', 'g'), ';')
{%- endmacro %}
{% macro spark__names_of(text) -%}
    split(regexp_replace({{ text }}, '[^;]* as ', ''), ';')
{%- endmacro %}

{# The same: their expressions. #}
{% macro expressions_of(text) -%} {{- adapter.dispatch('expressions_of')(text) -}} {%- endmacro %}
{% macro duckdb__expressions_of(text) -%}
    string_split(regexp_replace({{ text }}, ' as [a-z0-9_]+(;|$)', '\1', 'g'), ';')
{%- endmacro %}
{% macro spark__expressions_of(text) -%}
    split(regexp_replace({{ text }}, ' as [a-z0-9_]+(;|$)', '$1'), ';')
{%- endmacro %}

{#
    The sum of floating-point numbers, whose last digit does not depend on the order of rows or the number of threads. Of whole numbers and
    decimals sum() is enough.
#}
{% macro ordered_sum(number) -%} {{- adapter.dispatch('ordered_sum')(number) -}} {%- endmacro %}
{% macro duckdb__ordered_sum(number) -%}
    sum({{ number }} order by {{ number }})
{%- endmacro %}
{% macro spark__ordered_sum(number) -%}
    aggregate(array_sort(collect_list({{ number }})), cast(0 as double), (total, one) -> total + one)
{%- endmacro %}
