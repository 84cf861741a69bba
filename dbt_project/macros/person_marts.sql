{# The body of marts.victims and marts.suspects. #}
{% macro people_by_characteristic(fact, measure) -%}
    select
        person.financial_year,
        district.district_code,
        district.district,
        district.area,
        person.offence_type,
        person.age_band,
        band.age_band_order,
        person.age_group,
        person.sex,
        ethnicity.ethnicity_code,
        ethnicity.ethnicity,
        ethnicity.ethnicity_group,
        count(*) as {{ measure }}
    from {{ ref(fact) }} as person
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
        financial_year,
        age,
        coalesce(cast(age as varchar), 'Unknown') as age_label,
        sex,
        offence_type,
        count(*) as {{ measure }}
    from {{ ref(fact) }}
    where is_serious_violence
    group by all
{%- endmacro %}
