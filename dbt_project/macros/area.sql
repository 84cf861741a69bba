{#
    A list of the area's file (areas/<area>/area.yaml) as a relation; without a row where the file has none.

    list      districts, authorities, hospitals or labels
    columns   column -> type; each is a field of the entries
#}
{% macro area_rows(list, columns) -%}
    {#- The linter knows no variables. -#}
    {%- set entries = var('area')[list] if var('area') is mapping else [] %}
    select
        {%- for column, type in columns.items() %}
        cast({{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        values
        {%- for entry in entries or [{}] %}
        (
            {%- for column in columns -%}
                {{ in_sql(entry.get(column)) }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as listed ({{ columns | join(', ') }})
    {%- if not entries %}
    where false
    {%- endif %}
{%- endmacro %}

{#
    A file of the area's reports (areas/<area>/reports/<report>/*.csv) as a relation, with report_id before its columns; without
    a row where no report has it.

    name      of the relation, as orchestration/warehouse/statements/printed.py lists them
    columns   column -> type
#}
{% macro report_rows(name, columns) -%}
    {#- The linter knows no variables. -#}
    {%- set listed = var('printed').get(name) if var('printed') is mapping else none %}
    select
        cast(report_id as varchar) as report_id,
        {%- for column, type in columns.items() %}
        cast({{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        values
        {{ listed or '(' ~ (['null'] * (columns | length + 1)) | join(', ') ~ ')' }}
    ) as listed (report_id, {{ columns | join(', ') }})
    {%- if not listed %}
    where false
    {%- endif %}
{%- endmacro %}

{# The place that a table of the area's reports is about, as the report's settings name it (tables.csv); null where none does. #}
{% macro place_of(table_id) -%}
    (select max(about.place) from {{ ref('sna_table') }} as about where about.table_id = '{{ table_id }}')
{%- endmacro %}

{# A value of the area's file as a literal. #}
{% macro in_sql(value) -%}
    {%- if value is none or value is undefined -%} null
    {%- elif value is sameas true or value is sameas false -%} {{ value | lower }}
    {%- elif value is number -%} {{ value }}
    {%- else -%} '{{ value | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}

{# Whether the area has a printed needs assessment, with whose figures the marts are compared. #}
{% macro has_printed_report() -%}
    {%- if var('area')['reports'] -%} true {%- else -%} false {%- endif -%}
{%- endmacro %}

{# Name of the whole area, as a literal. #}
{% macro area_name() -%}
    {{ in_sql(var('area')['name']) }}
{%- endmacro %}

{#
    The authority whose return a row is, by the agency that sent it; null where the area's file names none.

    field     authority_code or authority, its name
#}
{% macro authority_of_agency(field) -%}
    {#- The linter knows no variables. -#}
    {%- set area = var('area') if var('area') is mapping else {} -%}
    case agency
        when '' then cast(null as varchar)
        {%- for one in area.get('agencies') or [] %}
            {%- for authority in area['authorities'] if authority['authority_code'] == one['authority_code'] %}
        when {{ in_sql(one['agency']) }} then {{ in_sql(authority[field]) }}
            {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}

{#
    District of an LSOA that no look-up lists: Outside where it is of a country in which none of the area's districts is, whichever
    census its code is from, else Unknown. Codes of England begin with E, those of Wales with W, of Scotland with S, and of
    Northern Ireland with N or a digit.
#}
{% macro district_of_unlisted_lsoa(lsoa_code) -%}
    case
        when left({{ lsoa_code }}, 1) not in (select left(home.district_code, 1) from {{ ref('district') }} as home)
            then 'Outside'
        else 'Unknown'
    end
{%- endmacro %}

{#
    Joins `district`, the district of the area in which one of the national list is; one that was abolished is within its successor.
    Null where it is of another area.
#}
{% macro join_district_of(national_district_code) -%}
    left join {{ ref('national_district') }} as known
        on {{ national_district_code }} = known.district_code
    left join {{ ref('district') }} as district
        on coalesce(known.successor_code, {{ national_district_code }}) = district.district_code
{%- endmacro %}

{#
    A reference of an agency's own system. Where several agencies of the area send the feed type, it is that of its agency: two
    forces number their crimes and nominals alike.

    column    of the landed rows
    feed      name of the feed type by whose senders that is decided: records that are joined have the same one
#}
{% macro of_agency(column, feed) -%}
    {%- if senders_of(feed) | length > 1 -%} agency || '/' || {{ column }}
    {%- else -%} {{ column }}
    {%- endif -%}
{%- endmacro %}

{# GSS codes of the area's forces, as a list of literals. #}
{% macro force_codes() -%}
    {#- The linter knows no variables. -#}
    ('{{ (var('area')['force_codes'] if var('area') is mapping else []) | join("', '") }}')
{%- endmacro %}
