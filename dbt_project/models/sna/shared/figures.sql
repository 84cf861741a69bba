{{ config(materialized='table', contract={'enforced': true}) }}
{% set parts = var('declared').figures %}
{% set withheld = var('declared').withheld %}

-- A report keeps the definition with which it was made: marts of another one do not compute its tables.
with sna_table as (
    select *
    from {{ ref('sna_table') }}
    where coalesce(definition_id, '{{ var("definition_id") }}') = '{{ var("definition_id") }}'
),

supply as (
    select
        sna_table.report_id,
        sna_table.table_id,
        feed.evidence
    from sna_table
    inner join {{ source('ledger', 'feed') }} as feed
        on list_contains(string_split(sna_table.feeds, '; '), feed.agency || '/' || feed.feed)
    where feed.deliveries_in_use > 0
),

-- A figure is as good as the weakest of what it is made of.
evidence as (
    select
        report_id,
        table_id,
        case
            when bool_or(evidence = 'demonstration') then 'demonstration'
            when bool_or(evidence = 'record') then 'record'
            when bool_or(evidence = 'return') then 'return'
            else 'national_statistic'
        end as evidence
    from supply
    group by report_id, table_id
),

part as (
    {% for model in parts %}
        select
            report_id,
            table_id,
            row_group,
            row_label,
            cast(row_order as integer) as row_order,
            column_label,
            cast(column_order as integer) as column_order,
            unit,
            {{ 'null' if parts[model] == 'only' else 'cast(numerator as bigint)' }} as numerator,
            {{ 'null' if parts[model] == 'only' else 'cast(denominator as bigint)' }} as denominator,
            {{ 'value_text' if parts[model] else 'null' }} as words,
            {{ 'symbol' if model in withheld else 'cast(null as varchar)' }} as symbol
        from {{ ref(model) }}
        union all
    {% endfor %}
    select
        '' as report_id,
        '' as table_id,
        '' as row_group,
        '' as row_label,
        0 as row_order,
        '' as column_label,
        0 as column_order,
        '' as unit,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        '' as words,
        '' as symbol
    where false
),

precise as (
    select
        part.*,
        report.made_of,
        sna_table.section,
        case part.unit
            when 'percent' then sna_table.percent_decimals
            when 'rate' then coalesce(sna_table.rate_decimals, 0)
            else 0
        end as decimals
    from part
    inner join {{ ref('report_window') }} as report
        on part.report_id = report.report_id
    inner join sna_table
        on report.made_of = sna_table.report_id and part.table_id = sna_table.table_id
),

rounded as (
    select
        *,
        {{ round_half_up('numerator', 'denominator', 'decimals') }} as value
    from precise
),

figure as (
    select
        report_id,
        made_of,
        table_id,
        section,
        row_group,
        row_label,
        row_order,
        column_label,
        column_order,
        value,
        coalesce(words, case decimals
            when 0 then cast(cast(value as bigint) as varchar)
            when 1 then cast(cast(value as decimal(18, 1)) as varchar)
            else cast(cast(value as decimal(18, 2)) as varchar)
        end) as value_text,
        case when value is null and words is null then symbol end as symbol,
        unit,
        numerator,
        denominator
    from rounded
    -- A share of nothing and a change from nothing are no figures; what is withheld or left out is one without a value.
    where value is not null or words is not null or symbol is not null
)

select
    figure.* exclude (figure.made_of),
    coalesce(evidence.evidence, 'none') as evidence
from figure
left join evidence
    on figure.made_of = evidence.report_id and figure.table_id = evidence.table_id
where {{ has_printed_report() }}
