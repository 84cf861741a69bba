{# The agencies of the area that send a feed type, as its file lists them. #}
{% macro senders_of(feed) -%}
    {%- set found = [] -%}
    {#- The linter knows no variables. -#}
    {%- for one in (var('area').get('agencies') or [] if var('area') is mapping else []) if feed in one['feeds'] -%}
        {%- do found.append(one['agency']) -%}
    {%- endfor -%}
    {{- return(found) -}}
{%- endmacro %}

{# Feed types of data.police.uk, of which there is a file for each force of the area: as they are called here → at length. #}
{% macro archive_feeds() -%}
    {{- return({
        'street': 'police_archive/street',
        'police_archive/outcomes': 'police_archive/outcomes',
        'stop_and_search': 'police_archive/stop_and_search',
    }) -}}
{%- endmacro %}

{#
    The feed types that several senders of the area deliver, each with its senders, as the rows of a relation: feed_type, sender,
    and of data.police.uk, whose senders are the forces of the area, archive_feed.
#}
{% macro shared_feeds() -%}
    {#- The linter knows no variables. -#}
    {%- set area = var('area') if var('area') is mapping else {} -%}
    {%- set feeds = [] -%}
    {%- for one in area.get('agencies') or [] -%}
        {%- for feed in one['feeds'] if feed not in feeds -%} {%- do feeds.append(feed) -%} {%- endfor -%}
    {%- endfor %}
    select
        feed_type,
        sender,
        archive_feed
    from (
        values
        {%- for feed in feeds if senders_of(feed) | length > 1 -%}
            {%- for agency in senders_of(feed) %}
        ({{ in_sql(feed) }}, {{ in_sql(agency) }}, null),
            {%- endfor -%}
        {%- endfor %}
        {%- for feed, at_length in archive_feeds().items() if (area.get('forces') or []) | length > 1 -%}
            {%- for force in area['forces'] %}
        ({{ in_sql(feed) }}, {{ in_sql(force) }}, {{ in_sql(at_length) }}),
            {%- endfor -%}
        {%- endfor %}
        ('', '', null)
    ) as listed (feed_type, sender, archive_feed)
    where feed_type <> ''
{%- endmacro %}

{#
    The agency that sent a row of a fact of the police; of an area with one force that of all rows, whoever sent them.

    of   what precedes the column: the relation and a full stop, or nothing
#}
{% macro force_of(of) -%}
    {%- if senders_of('crimes') | length > 1 -%} {{ of }}agency {%- else -%} '' {%- endif -%}
{%- endmacro %}

{# Whether all that send a feed type, agencies or the forces of data.police.uk, have delivered a month of it. #}
{% macro is_delivered_by_all(feed_type, month) -%}
    {{ month }} not in (
        select incomplete.month_start from {{ ref('incomplete_month') }} as incomplete
        where incomplete.feed_type = '{{ feed_type }}'
    )
{%- endmacro %}

{#
    Of each month, whether all that send the police's crimes, the hospitals' attendances and the ambulance service's calls have delivered
    it: an agency from which nothing came for a month has not counted nothing, nor have several of a kind while one is missing.
    Columns: month_start, by_police, by_hospitals, by_ambulances.
#}
{% macro months_of_agencies() -%}
    select
        month_start,
        month_start in (select offence.recorded_month from {{ ref('fct_offence') }} as offence)
        and {{ is_delivered_by_all('crimes', 'month_start') }} as by_police,
        month_start in {{ months_of_all_hospitals() }} as by_hospitals,
        month_start in (select call.month_start from {{ ref('fct_ambulance_call') }} as call)
        and {{ is_delivered_by_all('assault_calls', 'month_start') }} as by_ambulances
    from (select distinct calendar.month_start from {{ ref('dim_date') }} as calendar)
{%- endmacro %}
