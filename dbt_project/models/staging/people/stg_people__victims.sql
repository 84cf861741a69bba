select
    agency,
    {{ of_agency('crime_reference', 'crimes') }} as crime_reference,
    recorded_at,
    offence_date,
    {{ of_agency('person_key', 'crimes') }} as person_key,
    age,
    sex as sex_code,
    ethnicity as ethnicity_code,
    _load_id as load_id
from {{ source('landing', 'people__victims') }}
