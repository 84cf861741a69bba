{{ config(materialized='table', contract={'enforced': true}) }}

-- A seed has no lists: members have semicolons between. One that is no column of the mart is `expression as name`.
-- A census is that of its year in every report.
with dated as (
    select
        report.report_id,
        sna_chart.* replace (
            {% for period in ['first_period', 'last_period'] %}
                case
                    when sna_chart.period_column = 'census_year' then sna_chart.{{ period }}
                    else {{ years_later('sna_chart.' ~ period, 'report.years_later') }}
                end as {{ period }}
                {%- if not loop.last %},{% endif %}
            {% endfor %}
        )
    from {{ ref('sna_chart') }} as sna_chart
    inner join {{ ref('report_window') }} as report
        on sna_chart.report_id = report.made_of
),

chart as (
    select
        *,
        nullif(
            concat_ws(
                ' and ', period_column || ' between ''' || first_period || ''' and ''' || last_period || '''', filters
            ), ''
        ) as condition
    from dated
),

split as (
    select
        *,
        {{ names_of('dimensions') }} as dimension_names,
        {{ expressions_of('dimensions') }} as dimension_expressions,
        {{ names_of('measures') }} as measure_names,
        {{ expressions_of('measures') }} as measure_expressions,
        array_to_string({{ expressions_of('dimensions') }}, ', ') as grouped_by
    from chart
)

select
    report_id,
    chart_id,
    section,
    chart_title,
    chart_kind,
    definition_id,
    mart,
    period_column,
    first_period,
    last_period,
    filters,
    dimension_names as dimensions,
    dimension_expressions,
    measure_names as measures,
    measure_expressions,
    string_split(units, ';') as units,
    boundaries,
    sort_by,
    top,
    'select ' || replace(dimensions || ';' || measures, ';', ', ')
    || ' from marts.' || mart
    || coalesce(' where ' || condition, '')
    || ' group by ' || grouped_by
    || ' order by ' || coalesce(sort_by, grouped_by)
    || coalesce(' limit ' || top, '') as query,
    chart_note
from split
