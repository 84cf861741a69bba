with suspects_of_victim as (
    select
        financial_year,
        offence_type,
        crime_reference,
        victim_person_key,
        victim_sex,
        suspect_sex,
        count(*) as pairs
    from {{ ref('bridge_victim_suspect') }}
    where is_serious_violence
    group by all
)

select
    financial_year,
    offence_type,
    victim_sex,
    suspect_sex,
    count(*) as victims,
    cast(sum(pairs) as bigint) as pairs
from suspects_of_victim
group by all
