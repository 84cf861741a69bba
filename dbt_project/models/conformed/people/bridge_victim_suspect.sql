{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='crime_reference') }}

select
    victim.crime_reference,
    victim.person_key as victim_person_key,
    suspect.person_key as suspect_person_key,
    victim.age_group as victim_age_group,
    suspect.age_group as suspect_age_group,
    victim.sex as victim_sex,
    suspect.sex as suspect_sex,
    victim.is_serious_violence,
    victim.financial_year,
    victim.district_code,
    victim.offence_type
from {{ ref('fct_victim') }} as victim
inner join {{ ref('fct_suspect') }} as suspect
    on victim.crime_reference = suspect.crime_reference
where {{ of_changed_crime('victim.crime_reference') }}
