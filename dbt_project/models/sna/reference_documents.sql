{{ config(materialized='table', contract={'enforced': true}, persist_docs={'relation': true, 'columns': true}) }}

select
    table_id,
    section,
    title,
    heading,
    column_label,
    document_text,
    why_not_held,
    source
from {{ ref('reference_document') }}
