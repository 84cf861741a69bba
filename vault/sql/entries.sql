-- The entries of a run, and who has left since the run before it. One transaction with all that follows.
set variable expires_on = cast(greatest(getvariable('reference_date'), getvariable('ran_on')) + to_months(getvariable('entry_months')) as date);
set variable forgotten_on = cast(greatest(getvariable('reference_date'), getvariable('ran_on')) + to_months(getvariable('history_months')) as date);

insert into vault.hkci.entry
select
    getvariable('run_id'),
    member.cohort,
    -- In an order that reveals nothing: by the pseudonym.
    row_number() over (order by member.cohort, member.person_key),
    member.person_key,
    coalesce(suspect.incidents, 0),
    coalesce(suspect.recent_incidents, 0),
    suspect.last_incident_on,
    coalesce(linked.reports, 0),
    described.age,
    described.age_group,
    described.sex,
    described.ethnicity_code,
    described.ethnicity_group,
    described.area,
    scored.assessed_on,
    scored.lifestyle_score,
    scored.is_victim,
    harm.harm_days,
    case when before.person_key is null then 'Joined' else 'Stayed' end,
    case member.cohort
        when 'Crime' then printf(
            '%d incidents in %d months, %d of them in the last %d', coalesce(suspect.incidents, 0), getvariable('crime_months'),
            coalesce(suspect.recent_incidents, 0), getvariable('recent_months')
        )
        else printf('%d intelligence reports in %d months', coalesce(linked.reports, 0), getvariable('intelligence_months'))
    end,
    getvariable('expires_on')
from member
inner join described on member.person_key = described.person_key
left join suspect on member.person_key = suspect.person_key
left join linked on member.person_key = linked.person_key
left join scored on member.person_key = scored.person_key
left join harm on member.person_key = harm.person_key
left join vault.hkci.entry as before
    on before.run_id = getvariable('run_before') and before.cohort = member.cohort and before.person_key = member.person_key;

insert into vault.hkci.factor
select getvariable('run_id'), member.cohort, assessed.person_key, assessed.factor, assessed.is_present, assessed.points
from member
inner join assessed on member.person_key = assessed.person_key;

-- Why somebody has left: the rule at the date of the run before is applied to what is recorded today, so that a record that was
-- corrected is distinguished from time that has passed.
insert into vault.hkci.leaver
with since_corrected as (
    select
        person_key,
        count(distinct crime_reference) as incidents,
        count(distinct crime_reference) filter (
            offence_date >= getvariable('date_before') + 1 - to_months(getvariable('recent_months'))
        ) as recent_incidents
    from any_incident
    where offence_date >= getvariable('date_before') + 1 - to_months(getvariable('crime_months'))
        and offence_date <= getvariable('date_before')
    group by person_key
)

select
    getvariable('run_id'),
    before.cohort,
    before.person_key,
    case
        when before.cohort = 'Intelligence' then printf(
            'Fewer than %d intelligence reports in %d months', getvariable('reports'), getvariable('intelligence_months')
        )
        when coalesce(corrected.incidents, 0) < getvariable('incidents')
            or coalesce(corrected.recent_incidents, 0) < getvariable('recent_incidents')
            then 'The records were corrected: the rule was not met before either'
        when coalesce(suspect.incidents, 0) < getvariable('incidents')
            then printf('Fewer than %d incidents in %d months', getvariable('incidents'), getvariable('crime_months'))
        else printf('No incident in the last %d months', getvariable('recent_months'))
    end,
    getvariable('forgotten_on')
from vault.hkci.entry as before
left join member
    on before.cohort = member.cohort and before.person_key = member.person_key
left join suspect on before.person_key = suspect.person_key
left join since_corrected as corrected on before.person_key = corrected.person_key
where before.run_id = getvariable('run_before') and member.person_key is null;
