{# The body of fct_victim and fct_suspect: both feeds have one shape. #}
{% macro person_fact(staging_model) -%}
    select
        person.crime_reference,
        person.person_key,
        person.recorded_at,
        person.offence_date,
        age_band.age,
        age_band.age_band,
        age_band.age_group,
        coalesce(sex.sex, 'Unknown') as sex,
        coalesce(ethnicity.ethnicity_code, 'Unknown') as ethnicity_code,
        {{ offence_attributes() }},
        person.load_id
    from {{ ref(staging_model) }} as person
    left join {{ ref('fct_offence') }} as offence
        on person.crime_reference = offence.crime_reference
    inner join {{ ref('dim_age_band') }} as age_band
        on case when person.age between 0 and 129 then person.age else -1 end = age_band.age_key
    left join {{ ref('sex') }} as sex
        on person.sex_code = sex.sex_code
    left join {{ ref('dim_ethnicity') }} as ethnicity
        on person.ethnicity_code = ethnicity.ethnicity_code
    where {{ of_changed_crime('person.crime_reference') }}
{%- endmacro %}
