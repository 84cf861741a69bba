{{ people_by_characteristic('fct_victim', 'victims') }}
