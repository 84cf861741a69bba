{{ report_rows('published_figure', {
    'table_id': 'varchar',
    'section': 'varchar',
    'row_group': 'varchar',
    'row_label': 'varchar',
    'column_label': 'varchar',
    'published': 'varchar',
    'unit': 'varchar',
    'tolerance': 'decimal(9, 4)',
}) }}
