{{ area_rows('hotspot_wards', {
    'ward_name': 'varchar',
    'district_code': 'varchar',
    'printed_name': 'varchar',
    'section': 'varchar',
    'ward_type': 'varchar',
    'valid_from': 'date',
    'valid_to': 'date',
    'source': 'varchar',
}) }}
