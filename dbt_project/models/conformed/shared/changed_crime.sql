-- Any record of a crime decides about all its rows: a late outcome changes the offence, and a new offence changes
-- what its victims count for.
{{ changed_keys('crime_reference', 'stg_police__crimes', 'fct_offence') }}

union

{{ changed_keys('crime_reference', 'stg_police__outcomes', 'fct_outcome') }}

union

{{ changed_keys('crime_reference', 'stg_people__victims', 'fct_victim') }}

union

{{ changed_keys('crime_reference', 'stg_people__suspects', 'fct_suspect') }}
