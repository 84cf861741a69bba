{{ config(materialized='table', contract={'enforced': true}) }}

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
