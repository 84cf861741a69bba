with occurrence as (
    select
        'victim' as role,
        financial_year,
        district_code,
        person_key
    from {{ ref('fct_victim') }}
    where is_serious_violence

    union all

    select
        'suspect' as role,
        financial_year,
        district_code,
        person_key
    from {{ ref('fct_suspect') }}
    where is_serious_violence
),

person as (
    select
        role,
        financial_year,
        district_code,
        person_key,
        count(*) as occurrences
    from occurrence
    group by role, financial_year, district_code, person_key
)

select
    person.role,
    person.financial_year,
    district.district_code,
    district.district,
    district.area,
    cast(sum(person.occurrences) as bigint) as occurrences,
    count(*) as individuals,
    count(case when person.occurrences > 1 then 1 end) as repeat_individuals,
    cast(coalesce(sum(case when person.occurrences > 1 then person.occurrences end), 0) as bigint)
        as repeat_occurrences
from person
inner join {{ ref('dim_district') }} as district
    on person.district_code = district.district_code
group by person.role, person.financial_year, district.district_code, district.district, district.area
