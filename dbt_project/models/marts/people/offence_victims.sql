{{ people_of_offences('fct_victim', 'victims') }}
