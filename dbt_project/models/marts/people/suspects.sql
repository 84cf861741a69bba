{{ people_by_characteristic('fct_suspect', 'suspects') }}
