{# The body of marts.victims and marts.suspects. #}
{% macro people_by_characteristic(fact, measure) -%}
    select
        person.financial_year,
        district.district_code,
        district.district,
        district.area,
        person.offence_type,
        age_band.age_group_code,
        person.age_band,
        band.age_band_order,
        person.age_group,
        person.sex,
        ethnicity.ethnicity_code,
        ethnicity.ethnicity,
        ethnicity.ethnicity_group,
        count(*) as {{ measure }}
    from {{ ref(fact) }} as person
    {{ join_age('person') }}
    inner join {{ ref('dim_district') }} as district
        on person.district_code = district.district_code
    inner join {{ ref('dim_ethnicity') }} as ethnicity
        on person.ethnicity_code = ethnicity.ethnicity_code
    inner join {{ age_bands() }} as band
        on person.age_band = band.age_band
    where person.is_serious_violence
    group by all
{%- endmacro %}

{# The body of marts.victims_single_year_of_age and marts.suspects_single_year_of_age. #}
{% macro people_by_single_year_of_age(fact, measure) -%}
    select
        person.financial_year,
        person.age,
        coalesce(cast(person.age as varchar), 'Unknown') as age_label,
        age_band.age_group_code,
        person.sex,
        person.offence_type,
        count(*) as {{ measure }}
    from {{ ref(fact) }} as person
    {{ join_age('person') }}
    where person.is_serious_violence
    group by all
{%- endmacro %}

{# The body of marts.offence_victims and marts.offence_suspects. #}
{% macro people_of_offences(fact, measure) -%}
    select
        offence.recorded_month as month_start,
        offence.financial_year,
        district.district_code,
        district.district,
        district.area,
        offence.offence_type,
        offence.is_serious_violence,
        offence.is_domestic_abuse,
        offence.is_knife_crime,
        offence.relationship,
        age_band.age_group_code,
        person.sex,
        ethnicity.ethnicity_group,
        count(*) as {{ measure }}
    from {{ ref(fact) }} as person
    inner join {{ ref('fct_offence') }} as offence
        on person.crime_reference = offence.crime_reference
    {{ join_age('person') }}
    inner join {{ ref('dim_district') }} as district
        on offence.district_code = district.district_code
    inner join {{ ref('dim_ethnicity') }} as ethnicity
        on person.ethnicity_code = ethnicity.ethnicity_code
    where offence.offence_type is not null
    group by all
{%- endmacro %}
