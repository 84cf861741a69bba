with occurrence as (
    {% for role in ['victim', 'suspect'] %}
        select
            person.financial_year,
            '{{ role }}' as role,
            case
                when person.age < 18 then 'Child'
                when person.age >= 18 then 'Adult'
                else 'Unknown'
            end as life_stage,
            harm.harm_version,
            harm.harm_days,
            harm.is_proactive,
            harm.confidence = 'illustrative' as is_illustrative
        from {{ ref('fct_' ~ role) }} as person
        inner join {{ ref('fct_offence') }} as offence
            on person.crime_reference = offence.crime_reference
        inner join {{ ref('dim_offence_harm') }} as harm
            on offence.offence_code = harm.offence_code
        where person.is_serious_violence
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    financial_year,
    role,
    life_stage,
    harm_version,
    {{ harm_measures('occurrences', 'occurrence') }}
from occurrence
group by all
