{{ config(materialized='table', contract={'enforced': true}) }}

select
    report.report_id,
    document.table_id,
    document.section,
    document.title,
    document.heading,
    document.column_label,
    document.document_text,
    document.why_not_held,
    document.source
from {{ ref('reference_document') }} as document
inner join {{ ref('report_window') }} as report
    on document.report_id = report.made_of
