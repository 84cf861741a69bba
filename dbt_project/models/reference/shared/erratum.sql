{{ report_rows('erratum', {
    'table_id': 'varchar',
    'row_group': 'varchar',
    'row_label': 'varchar',
    'column_label': 'varchar',
    'printed': 'varchar',
    'corrected': 'varchar',
    'citation': 'varchar',
    'reason': 'varchar',
}) }}
