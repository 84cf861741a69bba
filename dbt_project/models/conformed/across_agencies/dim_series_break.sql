{%- set columns = {
    'series_break_id': 'varchar', 'break_kind': 'varchar', 'feed_types': 'varchar', 'series': 'varchar', 'first_date': 'date',
    'last_date': 'date', 'what': 'varchar', 'source': 'varchar',
} -%}
select
    {{ columns | join(', ') }},
    true as is_national
from {{ ref('series_break') }}
where coalesce(country, {{ in_sql(var('area')['country']) }}) = {{ in_sql(var('area')['country']) }}

union all

select
    {{ columns | join(', ') }},
    false as is_national
from ({{ area_rows('series_breaks', columns) }}) as listed
