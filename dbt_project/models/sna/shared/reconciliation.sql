{{ config(materialized='table', contract={'enforced': true}) }}

with compared as (
    select
        published.report_id,
        published.table_id,
        published.section,
        coalesce(published.row_group, '') as row_group,
        published.row_label,
        published.column_label,
        published.published,
        figures.value_text as computed,
        figures.symbol,
        published.unit,
        case when figures.value_text is not null then figures.evidence end as evidence,
        erratum.corrected,
        erratum.citation,
        erratum.reason,
        {{ same_figure('published.published', 'figures.value_text', 'published.tolerance') }} as agrees,
        {{ same_figure('erratum.corrected', 'figures.value_text', '0') }} as agrees_when_corrected
    from {{ ref('published_figure') }} as published
    left join {{ ref('erratum') }} as erratum
        on
            published.report_id = erratum.report_id
            and published.table_id = erratum.table_id
            and coalesce(published.row_group, '') = coalesce(erratum.row_group, '')
            and published.row_label = erratum.row_label
            and published.column_label = erratum.column_label
    left join {{ ref('figures') }} as figures
        on
            published.report_id = figures.report_id
            and published.table_id = figures.table_id
            and coalesce(published.row_group, '') = figures.row_group
            and published.row_label = figures.row_label
            and published.column_label = figures.column_label
),

judged as (
    select
        *,
        case
            when computed is null then 'missing'
            when agrees then 'match'
            when agrees_when_corrected then 'erratum'
            else 'differs'
        end as status
    from compared
)

select
    judged.report_id,
    judged.table_id,
    judged.section,
    judged.row_group,
    judged.row_label,
    judged.column_label,
    judged.published,
    judged.computed,
    judged.unit,
    judged.status,
    case when judged.status = 'erratum' then judged.citation end as citation,
    case judged.status
        when 'erratum' then judged.reason
        when 'missing'
            then case
                when sna_table.definition_id <> '{{ var("definition_id") }}'
                    then
                        'Made with the definition ' || sna_table.definition_id
                        || '; the marts count by {{ var("definition_id") }}'
                when judged.symbol is not null
                    then 'Delivered without the number: the sender has the symbol ' || judged.symbol || ' in its place'
                else 'Nothing to compute it from: needs ' || sna_table.feeds
            end
        when 'differs'
            then
                'Computed ' || judged.computed || ', published ' || judged.published
                || coalesce(' (corrected: ' || judged.corrected || ', ' || judged.citation || ')', '')
    end as reason,
    sna_table.note,
    judged.evidence
from judged
inner join {{ ref('sna_table') }} as sna_table
    on judged.report_id = sna_table.report_id and judged.table_id = sna_table.table_id
where {{ has_printed_report() }}
