{{ people_by_single_year_of_age('fct_suspect', 'suspects') }}
