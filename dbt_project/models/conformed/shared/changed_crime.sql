-- Any record of a crime decides about all its rows: a late outcome changes the offence, and a new offence changes
-- what its victims count for.
{{ changed_keys('crime_reference', 'stg_derbyshire_constabulary__crimes', 'fct_offence') }}

union

{{ changed_keys('crime_reference', 'stg_derbyshire_constabulary__outcomes', 'fct_outcome') }}

union

{{ changed_keys('crime_reference', 'stg_derbyshire_constabulary__victims', 'fct_victim') }}

union

{{ changed_keys('crime_reference', 'stg_derbyshire_constabulary__suspects', 'fct_suspect') }}
