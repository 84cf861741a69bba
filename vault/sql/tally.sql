-- Counts of a run by one breakdown at a time, and the same of all suspects of the months of the rule where that can be compared.
insert into vault.hkci.tally
with entry as (
    select * from vault.hkci.entry where run_id = getvariable('run_id')
),

cohort as (
    select cohort, count(*) as of_nominals from entry group by cohort
),

broken_down as (
    unpivot (
        select
            cohort, person_key, age_group as "Age group", sex as "Sex", ethnicity_group as "Ethnicity group", area as "Area",
            case when cohort = 'Crime' then cast(incidents as varchar) end as "Offences"
        from entry
    ) on "Age group", "Sex", "Ethnicity group", "Area", "Offences" into name breakdown value category
),

population as (
    select breakdown, category, count(*) as suspects
    from (
        unpivot (
            select person_key, age_group as "Age group", sex as "Sex", ethnicity_group as "Ethnicity group", area as "Area"
            from described
            where person_key in (select person_key from suspect)
        ) on "Age group", "Sex", "Ethnicity group", "Area" into name breakdown value category
    )
    group by all
),

counted as (
    select cohort, breakdown, category, count(*) as nominals from broken_down group by all
),

-- Categories of which there are suspects and no nominal are released as 0: a group that is left out would look better than it is.
compared as (
    select cohort.cohort, population.breakdown, population.category, coalesce(counted.nominals, 0) as nominals, population.suspects
    from cohort
    cross join population
    left join counted
        on cohort.cohort = counted.cohort and population.breakdown = counted.breakdown and population.category = counted.category
    union all
    select counted.*, null
    from counted
    anti join population
        on counted.breakdown = population.breakdown and counted.category = population.category
),

factor as (
    select factor.cohort, 'Lifestyle factor' as breakdown, factor.factor as category, count(*) filter (factor.is_present) as nominals
    from vault.hkci.factor as factor
    where factor.run_id = getvariable('run_id')
    group by all
),

moved as (
    select cohort.cohort, 'Movement' as breakdown, movement.movement as category, coalesce(found.nominals, 0) as nominals
    from cohort
    cross join (values ('Joined'), ('Stayed'), ('Left')) as movement (movement)
    left join (
        select cohort, movement, count(*) as nominals from entry group by all
        union all
        select cohort, 'Left', count(*) from vault.hkci.leaver where run_id = getvariable('run_id') group by all
    ) as found
        on cohort.cohort = found.cohort and movement.movement = found.movement
    -- Nobody joins or leaves where there was nothing before.
    where getvariable('run_before') is not null
),

-- Whose score is among the highest quarter of the cohort, whatever the points of the factors are.
steady as (
    select entry.cohort, 'Highest scores' as breakdown, coalesce(steadiness.category, 'Not assessed') as category, count(*) as nominals
    from entry
    left join steadiness
        on entry.cohort = steadiness.cohort and entry.person_key = steadiness.person_key
    group by all
),

tallied as (
    select cohort, 'Total' as breakdown, 'All' as category, of_nominals as nominals, (select count(*) from suspect) as suspects
    from cohort
    union all
    select * from compared
    union all
    select *, null from factor
    union all
    select *, null from moved
    union all
    select *, null from steady
)

select
    getvariable('run_id'),
    tallied.cohort,
    tallied.breakdown,
    tallied.category,
    row_number() over (partition by tallied.cohort order by tallied.breakdown <> 'Total', tallied.breakdown, tallied.category),
    tallied.nominals,
    cohort.of_nominals,
    tallied.suspects,
    case when tallied.suspects is not null then (select count(*) from suspect) end
from tallied
inner join cohort on tallied.cohort = cohort.cohort;
