-- Victims and suspects of serious violence counted by reference and by person. Grain: role and period.
with occurrence as (
    select 'victim' as role, financial_year, person_key from warehouse.conformed.fct_victim where is_serious_violence
    union all
    select 'suspect', financial_year, person_key from warehouse.conformed.fct_suspect where is_serious_violence
),

linked as (
    select occurrence.role, occurrence.financial_year, occurrence.person_key, coalesce(person.linked_key, occurrence.person_key) as linked_key
    from occurrence
    left join vault.linkage.person as person using (person_key)
),

period as (
    select role, financial_year as period, person_key, linked_key from linked
    union all
    select role, 'All years', person_key, linked_key from linked
),

by_reference as (
    select
        role, period, sum(n)::bigint as occurrences, count(*) as nominals, count(*) filter (n > 1) as repeat_nominals,
        coalesce(sum(n) filter (n > 1), 0)::bigint as repeat_nominal_occurrences
    from (select role, period, person_key, count(*) as n from period group by all)
    group by all
),

by_person as (
    select
        role, period, count(*) as people, count(*) filter (n > 1) as repeat_people,
        coalesce(sum(n) filter (n > 1), 0)::bigint as repeat_people_occurrences
    from (select role, period, linked_key, count(*) as n from period group by all)
    group by all
)

select
    role, period, occurrences, nominals, people, repeat_nominals, repeat_people, repeat_nominal_occurrences,
    repeat_people_occurrences
from by_reference
inner join by_person using (role, period)
order by role desc, period
