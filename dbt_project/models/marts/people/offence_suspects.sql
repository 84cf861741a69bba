{{ people_of_offences('fct_suspect', 'suspects') }}
