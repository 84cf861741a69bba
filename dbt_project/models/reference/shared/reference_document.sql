{{ report_rows('reference_document', {
    'table_id': 'varchar',
    'section': 'varchar',
    'title': 'varchar',
    'heading': 'varchar',
    'column_label': 'varchar',
    'document_text': 'varchar',
    'why_not_held': 'varchar',
    'source': 'varchar',
}) }}
