{#
    Facts are rebuilt by what has changed, not whole: a fact that is incremental replaces the rows of every key in its table of
    changed keys. `--full-refresh` builds it whole, with the same content.
#}

{# The table of a fact as the last build left it, or none. Not a ref: what changed is determined before the facts are built. #}
{% macro existing_relation(fact) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{- return(adapter.get_relation(database=target.database, schema='conformed', identifier=fact)) -}}
    {%- endif -%}
    {{- return(none) -}}
{%- endmacro %}

{#
    Keys of the rows that were landed since the fact was built, and of its rows whose delivery is no longer in use.
    `staged_key` is how the key is worked out of a staged row, where that has no such column.
#}
{% macro changed_keys(key, staging_model, fact, staged_key=none) -%}
    select {{ staged_key ~ ' as ' if staged_key }}{{ key }}
    from {{ ref(staging_model) }}
    {%- set delivery = source('ledger', 'delivery') %}
    {%- set existing_fact = existing_relation(fact) %}
    {%- if existing_fact %}
    where load_id not in (select distinct built.load_id from {{ existing_fact }} as built)

    union

    select {{ key }}
    from {{ existing_fact }}
    where load_id not in (
        select delivery.load_id from {{ delivery }} as delivery
        where delivery.in_use
    )
    {%- else %}
    where false
    {%- endif %}
{%- endmacro %}

{# changed_keys of a fact that is replaced month by month. #}
{% macro changed_month(fact, staging_model, month_start) -%}
    select
        '{{ fact }}' as fact,
        changed.month_start
    from (
        {{ changed_keys('month_start', staging_model, fact, month_start) }}
    ) as changed
{%- endmacro %}

{# Whether a row is to be built: in an increment, whether its crime has changed. (A unit test has no `this`.) #}
{% macro of_changed_crime(crime_reference) -%}
    {%- set changed = ref('changed_crime') -%}
    {%- if this and is_incremental() -%}
        {{ crime_reference }} in (select changed_crime.crime_reference from {{ changed }} as changed_crime)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Whether a row is to be built: in an increment, whether its month of the fact has changed. #}
{% macro of_changed_month(month_start) -%}
    {%- set changed = ref('changed_month') -%}
    {%- if this and is_incremental() -%}
        {{ month_start }} in (
            select changed_month.month_start from {{ changed }} as changed_month
            where changed_month.fact = '{{ this.identifier }}'
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Which rows of an incremental fact an increment replaces: those of every changed key. #}
{% macro replaced_rows(key) -%}
    {%- if key == 'crime_reference' -%} {{ of_changed_crime(key) }}
    {%- else -%} {{ of_changed_month(key) }}
    {%- endif -%}
{%- endmacro %}

{# Strategy of an incremental fact: every row of a changed key is deleted, and its current rows are inserted. #}
{% macro get_incremental_replace_changed_sql(arguments) -%}
    {%- set key = arguments['unique_key'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') %}
    delete from {{ arguments['target_relation'] }}
    where {{ replaced_rows(key) }};

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
