{{ person_fact('stg_derbyshire_constabulary__victims') }}
