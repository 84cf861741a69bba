{{ report_rows('sna_table', {
    'table_id': 'varchar',
    'section': 'varchar',
    'title': 'varchar',
    'period': 'varchar',
    'percent_decimals': 'tinyint',
    'rate_decimals': 'tinyint',
    'feeds': 'varchar',
    'place': 'varchar',
    'definition_id': 'varchar',
    'source': 'varchar',
    'note': 'varchar',
}) }}
