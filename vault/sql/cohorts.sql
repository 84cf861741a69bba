-- Who meets the rules at the reference date. Reads the warehouse's conformed facts (attached read-only as `warehouse`) and the landed
-- intelligence; all tables here are temporary. Months end with the reference date, which belongs to them: 24 months to 31 March 2024
-- begin on 1 April 2022. Nothing that was recorded after the reference date counts.
set variable next_day = getvariable('reference_date') + 1;

-- One row per person and incident that the definition of the policy counts.
create or replace temp table any_incident as
select
    suspect.person_key,
    suspect.crime_reference,
    suspect.offence_date,
    suspect.age,
    suspect.sex,
    suspect.ethnicity_code,
    offence.offence_code,
    offence.district_code
from warehouse.conformed.fct_suspect as suspect
inner join warehouse.conformed.fct_offence as offence
    on suspect.crime_reference = offence.crime_reference
inner join warehouse.conformed.bridge_offence_definition as counted
    on suspect.crime_reference = counted.crime_reference
where counted.definition_id = getvariable('definition_id') and counted.is_counted;

create or replace temp table incident as
select
    *,
    offence_date >= getvariable('next_day') - to_months(getvariable('recent_months')) as is_recent
from any_incident
where offence_date >= getvariable('next_day') - to_months(getvariable('crime_months'))
    and offence_date <= getvariable('reference_date')
    and crime_reference in (
        select crime_reference from warehouse.conformed.fct_offence where recorded_at < getvariable('next_day')
    );

-- One row per suspect of such an incident in the months of the rule: the population that the cohort is compared with.
create or replace temp table suspect as
select
    person_key,
    count(distinct crime_reference) as incidents,
    count(distinct crime_reference) filter (is_recent) as recent_incidents,
    max(offence_date) as last_incident_on
from incident
group by person_key;

create or replace temp table report as
select *
from intelligence
where reported_on >= getvariable('next_day') - to_months(getvariable('intelligence_months'))
    and reported_on <= getvariable('reference_date');

create or replace temp table linked as
select
    person_key,
    count(distinct report_reference) as reports
from report
group by person_key;

-- One row per cohort and nominal.
create or replace temp table member as
select 'Crime' as cohort, person_key
from suspect
where incidents >= getvariable('incidents') and recent_incidents >= getvariable('recent_incidents')
union all
select 'Intelligence', person_key
from linked
where reports >= getvariable('reports');

-- What is known of each person: from the last incident that counts, or else from the last crime of which they were a suspect.
create or replace temp table described as
with known as (
    select
        suspect.person_key, suspect.age, suspect.sex, suspect.ethnicity_code, suspect.offence_date, suspect.crime_reference,
        offence.district_code, incident.crime_reference is not null as counts
    from warehouse.conformed.fct_suspect as suspect
    inner join warehouse.conformed.fct_offence as offence
        on suspect.crime_reference = offence.crime_reference and offence.recorded_at < getvariable('next_day')
    left join incident
        on suspect.person_key = incident.person_key and suspect.crime_reference = incident.crime_reference
    where suspect.person_key in (select person_key from member union select person_key from suspect)
),

last_known as (
    select * from known
    qualify row_number() over (partition by person_key order by counts desc, offence_date desc, crime_reference desc) = 1
)

select
    person.person_key,
    last_known.age,
    case
        when last_known.age < 15 then 'Under 15'
        when last_known.age < 18 then '15-17'
        when last_known.age < 25 then '18-24'
        when last_known.age >= 25 then '25 and over'
        else 'Unknown'
    end as age_group,
    coalesce(last_known.sex, 'Unknown') as sex,
    coalesce(last_known.ethnicity_code, 'Unknown') as ethnicity_code,
    coalesce(ethnicity.ethnicity_group, 'Unknown') as ethnicity_group,
    coalesce(district.area, 'Unknown') as area
from (select person_key from member union select person_key from suspect) as person
left join last_known
    on person.person_key = last_known.person_key
left join warehouse.conformed.dim_ethnicity as ethnicity
    on last_known.ethnicity_code = ethnicity.ethnicity_code
left join warehouse.conformed.dim_district as district
    on last_known.district_code = district.district_code;

-- The last assessment up to the reference date, one row per person and factor.
create or replace temp table assessed as
with latest as (
    select * from lifestyle
    where assessed_on <= getvariable('reference_date')
    qualify row_number() over (partition by person_key order by assessed_on desc, _load_id desc, _row desc) = 1
)

select
    answer.person_key,
    answer.assessed_on,
    weight.factor,
    answer.answer = 'Y' as is_present,
    weight.points
from (unpivot (select * exclude (_load_id, _row) from latest) on columns(* exclude (person_key, assessed_on)) into name factor value answer)
    as answer
inner join weight
    on answer.factor = weight.factor;

create or replace temp table scored as
select
    person_key,
    max(assessed_on) as assessed_on,
    cast(sum(case when is_present then points else 0 end) as integer) as lifestyle_score,
    -- Not any factor without points: a force may assign none to others too.
    bool_or(is_present) filter (factor = getvariable('victim_factor')) as is_victim
from assessed
group by person_key;
