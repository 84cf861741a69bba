-- Age is that at the first occurrence of the year, so that nobody is in two groups.
with person as (
    {% for role, fact in (('victim', 'fct_victim'), ('suspect', 'fct_suspect')) %}
        select
            '{{ role }}' as role,
            financial_year,
            person_key,
            min(age) as age,
            count(*) as occurrences
        from {{ ref(fact) }}
        where is_serious_violence
        group by financial_year, person_key
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select
    person.role,
    person.financial_year,
    age_band.age_group_code,
    cast(sum(person.occurrences) as bigint) as occurrences,
    count(*) as individuals,
    count(case when person.occurrences > 1 then 1 end) as repeat_individuals,
    cast(coalesce(sum(case when person.occurrences > 1 then person.occurrences end), 0) as bigint)
        as repeat_occurrences
from person
{{ join_age('person') }}
group by person.role, person.financial_year, age_band.age_group_code
