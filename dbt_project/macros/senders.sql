{# The agencies of the area that send a feed type, as its file lists them. #}
{% macro senders_of(feed) -%}
    {%- set found = [] -%}
    {#- The linter knows no variables. -#}
    {%- for one in (var('area').get('agencies') or [] if var('area') is mapping else []) if feed in one['feeds'] -%}
        {%- do found.append(one['agency']) -%}
    {%- endfor -%}
    {{- return(found) -}}
{%- endmacro %}

{# The feed types that several agencies of the area send, each with its senders, as the rows of a relation: feed, agency. #}
{% macro shared_feeds() -%}
    {%- set feeds = [] -%}
    {%- for one in (var('area').get('agencies') or [] if var('area') is mapping else []) -%}
        {%- for feed in one['feeds'] if feed not in feeds -%} {%- do feeds.append(feed) -%} {%- endfor -%}
    {%- endfor %}
    select
        feed,
        agency
    from (
        values
        {%- for feed in feeds if senders_of(feed) | length > 1 -%}
            {%- for agency in senders_of(feed) %}
        ({{ in_sql(feed) }}, {{ in_sql(agency) }}),
            {%- endfor -%}
        {%- endfor %}
        ('', '')
    ) as listed (feed, agency)
    where feed <> ''
{%- endmacro %}

{#
    The agency that sent a row of a fact of the police; of an area with one force that of all rows, whoever sent them.

    of   what precedes the column: the relation and a full stop, or nothing
#}
{% macro force_of(of) -%}
    {%- if senders_of('crimes') | length > 1 -%} {{ of }}agency {%- else -%} '' {%- endif -%}
{%- endmacro %}

{# Whether all agencies that send a feed type have delivered a month of it. #}
{% macro is_delivered_by_all(feed_type, month) -%}
    {{ month }} not in (
        select incomplete.month_start from {{ ref('incomplete_month') }} as incomplete
        where incomplete.feed_type = '{{ feed_type }}'
    )
{%- endmacro %}
