{{ area_rows('hospitals', {
    'hospital': 'varchar', 'hospital_code': 'varchar', 'is_in_county': 'boolean', 'sort_order': 'smallint',
}) }}
