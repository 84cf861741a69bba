-- Counts the delivered CSV files as the printed tables do, with nothing but SQL over the files and the reference seeds.
-- Result: table counted (table_id, row_label, column_label, value). Variables: raw, seeds.

create macro fy(moment) as
    printf('%d/%02d', year(moment - interval 3 month), (year(moment - interval 3 month) + 1) % 100);
create macro long_fy(label) as label[:5] || (label[:4]::int + 1);
create macro pct(part, whole, digits) as round(100.0 * part / whole + sign(part) * 1e-9, digits);

create table rule as
from read_csv(getvariable('seeds') || '/reference/violence_definition_rule.csv', all_varchar = true) where definition_id = 'sna-2024';
create table definition as from rule where effect = 'count';
create table exclusion as from rule where effect = 'exclude';
create table district as
select district_code, district, if(authority_code = 'E06000015', 'Derby City', 'Derbyshire County') as area
from read_csv(getvariable('seeds') || '/national/national_district.csv', all_varchar = true)
where authority_code in ('E06000015', 'E10000007');
create table ethnicity as from read_csv(getvariable('seeds') || '/reference/ethnicity.csv', all_varchar = true);
create table relation as from read_csv(getvariable('seeds') || '/reference/relationship.csv', all_varchar = true);
create table disposal as from read_csv(getvariable('seeds') || '/reference/outcome_code.csv', all_varchar = true);

create table offence as
select "Crime Reference" as reference,
    strptime("Recorded Date Time", '%d/%m/%Y %H:%M') as recorded,
    strptime("Committed From", '%d/%m/%Y %H:%M') as committed,
    fy(recorded) as year,
    definition.offence_type as type,
    definition.offence_subtype as subtype,
    district.district,
    district.area,
    crime.* exclude ("Crime Reference")
from read_csv(getvariable('raw') || '/derbyshire_constabulary/crimes/*.csv', all_varchar = true) as crime
inner join definition on crime."HO Sub Code" = definition.ho_sub_code
left join district on crime."District" = if(district.district = 'Derby', 'Derby City', district.district)
where recorded < '2024-04-01' -- the years of the report
    and "Domestic Abuse Flag" = 'N' and "Modern Slavery Flag" = 'N'
    and crime."HO Class" not in (select ho_class from exclusion where ho_class is not null);

create macro people(feed) as table
select offence.year, offence.type, offence.area, offence.committed, offence.reference,
    person."Nominal Reference" as nominal, person."Sex" as sex, person."Self Defined Ethnicity" as code,
    date_sub('year', strptime(person."Date of Birth", '%d/%m/%Y'), strptime(person."Offence Date", '%d/%m/%Y')) as age,
    case when age between 0 and 17 then '0-17' when age between 18 and 35 then '18-35' when age >= 36 then '36+' end as age_group,
    case when age >= 1 then printf('%d-%d', 5 * ((age - 1) // 5) + 1, 5 * ((age - 1) // 5) + 5) end as band
from read_csv(getvariable('raw') || '/derbyshire_constabulary/' || feed || '/*.csv', all_varchar = true) as person
inner join offence on offence.reference = person."Crime Reference";
create table victim as from people('victims');
create table suspect as from people('suspects');

-- A later delivery of the same crime and sequence replaces the earlier one.
create table outcome as
select offence.year, delivered.*
from (
    select * from read_csv(getvariable('raw') || '/derbyshire_constabulary/outcomes/*.csv', all_varchar = true, filename = true)
    qualify row_number() over (partition by "Crime Reference", "Outcome Sequence" order by filename desc) = 1
) as delivered
inner join offence on offence.reference = delivered."Crime Reference";

create table counted (table_id varchar, row_label varchar, column_label varchar, value double);

-- T01, T29
create macro yearly(wanted) as table
select long_fy(year) as year, count(*) as volume,
    volume - lag(volume) over (order by year) as change,
    pct(change, lag(volume) over (order by year), 2) as change_percent
from offence where wanted or "Knife Crime Flag" = 'Y' group by year;
insert into counted select 'T01', 'Volume', year, volume from yearly(true);
insert into counted select 'T01', 'Change', year, change from yearly(true);
insert into counted select 'T01', 'Change %', year, change_percent from yearly(true);
insert into counted select 'T29', 'Volume', year, volume from yearly(false);
insert into counted select 'T29', 'Change', year, change from yearly(false);
insert into counted select 'T29', 'Change %', year, change_percent from yearly(false);

-- T02: the last three years
create table monthly as
select date_trunc('month', recorded) as month, count(*) as volume from offence where recorded >= '2021-04-01' group by 1;
insert into counted
select 'T02', part, label, value from (values ('1.1 key findings'), ('3 commentary')) as parts (part), (
    select 'Average offences per month' as label, avg(volume) as value from monthly
    union all select 'Offences in peak month', max(volume) from monthly
    union all select 'Peak month', arg_max(month, volume)::date - date '2023-07-01' from monthly
);

-- T03, T30, T28
insert into counted select 'T03', coalesce(type, 'Grand total'), long_fy(year), count(*) from offence group by cube (type), year;
insert into counted
select 'T30', coalesce(type, 'Grand total'), long_fy(year), count(*) from offence where "Knife Crime Flag" = 'Y'
group by cube (type), year;
insert into counted
select 'T28', type, year, pct(count(*) filter ("Alcohol Qualifier" = 'Y' or "Drugs Qualifier" = 'Y'), count(*), 1)
from offence group by type, year;

-- T04, T05, T06
create table weapon as
select coalesce("Weapon Description", 'none') as weapon, year from offence where type = 'Possession of weapons offences';
insert into counted
select 'T04', coalesce(weapon, 'Total'), coalesce(year, 'Total'), count(*) from weapon group by cube (weapon, year);
insert into counted
select 'T04', weapon, '%', pct(count(*), (select count(*) from weapon), 1) from weapon group by weapon;
insert into counted select 'T05', subtype, year, count(*) from offence where type = 'Violence with injury' group by all;
insert into counted select 'T06', coalesce(district, 'unknown'), year, count(*) from offence group by all;
insert into counted select 'T06', 'Grand Total', year, count(*) from offence group by year;

-- T07 to T09
create macro week(moment) as (['Mon', 'Tues', 'Weds', 'Thurs', 'Fri', 'Sat', 'Sun'])[isodow(moment)];
insert into counted select 'T07', strftime(committed, '%H'), week(committed), count(*) from offence group by all;
insert into counted
select if(age < 18, 'T08', 'T09'), strftime(committed, '%H'), week(committed), count(distinct reference)
from victim where age is not null group by all;

-- T10, T11, T20, T21
create table kind as
from (values ('Homicide', 'Homicide'), ('Possession of weapons offences', 'Possession of weapons'),
('Robbery of business property', 'Robbery (business)'), ('Robbery of personal property', 'Robbery (personal)'),
('Violence with injury', 'Violence with injury')) as kinds (type, short);
insert into counted select 'T10', band, long_fy(year), count(*) from victim where band is not null group by all;
insert into counted select 'T11', band, short, count(*) from victim inner join kind using (type) where band is not null group by all;
insert into counted select 'T20', band, long_fy(year), count(*) from suspect where band is not null group by all;
insert into counted select 'T21', band, short, count(*) from suspect inner join kind using (type) where band is not null group by all;

-- T12 to T14, T22 to T24: a blank code counts in the group only
create macro ethnic_group(code) as coalesce((select any_value(ethnicity_group) from ethnicity where ethnicity_code = code), 'Not recorded');
insert into counted
select 'T12', coalesce(grp, 'Total'), coalesce(year, 'Total'), count(*)
from (select ethnic_group(code) as grp, year from victim) group by cube (grp, year);
insert into counted
select 'T22', coalesce(grp, 'Total'), coalesce(year, 'Total'), count(*)
from (select ethnic_group(code) as grp, year from suspect) group by cube (grp, year);
insert into counted
select if(area = 'Derby City', 'T13', 'T14'), victim_label, coalesce(year, 'Total'), count(*)
from victim inner join ethnicity on ethnicity_code = code where area is not null group by area, victim_label, cube (year);
insert into counted
select if(area = 'Derby City', 'T23', 'T24'), ethnicity, coalesce(year, 'Total'), count(*)
from suspect inner join ethnicity on ethnicity_code = code where area is not null group by area, ethnicity, cube (year);

-- T15, T25
create macro repetition(people) as table
with spells as (
    select year, nominal, count(*) as times from query_table(people) group by all
    union all
    select '2019/20 - 2023/24', nominal, count(*) from query_table(people) group by all
)
select year, sum(times) as occurrences, count(*) as individuals, count(*) filter (times > 1) as repeats,
    sum(times) filter (times > 1) as repeated
from spells group by year;
insert into counted
select table_id, label, year, value from (
    unpivot (
        select 'T15' as table_id, year, occurrences::double as "No. of occurrences with victims",
            individuals::double as "No. of individual victims", repeats::double as "Repeat victims",
            repeated::double as "Repeat victims' occurrences",
            pct(repeated, occurrences, 1) as "% of occurrences for repeat victims"
        from repetition(victim)
    ) on columns(* exclude (table_id, year)) into name label value value
);
insert into counted
select table_id, label, year, value from (
    unpivot (
        select 'T25' as table_id, year, occurrences::double as "No. of occurrences with suspects",
            individuals::double as "No. of individual suspects", repeats::double as "Repeat suspects",
            repeated::double as "Repeat suspects' occurrences",
            pct(repeated, occurrences, 1) as "% of occurrences for repeat suspects"
        from repetition(suspect)
    ) on columns(* exclude (table_id, year)) into name label value value
);

-- T16 to T18: the last three years, offences with a recorded relationship
create table related as
select coalesce(year, 'Total') as year, district, relation.relationship, count(*) as number
from offence inner join relation on relation.source_label = offence."Suspect to Victim Relationship"
where recorded >= '2021-04-01'
group by cube (year), district, relation.relationship;
insert into counted
select 'T16', coalesce(relationship, 'Total'), year || ': Count', sum(number) from related group by cube (relationship), year;
insert into counted
select 'T16', relationship, year || ': %', pct(sum(number), sum(sum(number)) over (partition by year), 1)
from related group by relationship, year;
insert into counted
select 'T17', district, year, pct(sum(number) filter (relationship = 'Stranger'), sum(number), 1)
from related where district is not null group by all;
insert into counted
select 'T18', district, year, pct(sum(number) filter (relationship = 'Acquaintance'), sum(number), 2)
from related where district is not null group by all;

-- T19: all pairs of a suspect and a victim of the same offence
insert into counted
select 'T19', if(suspect.age_group = '36+', '36-53', suspect.age_group), 'Victim age group: ' || victim.age_group,
    pct(count(*), sum(count(*)) over (partition by suspect.age_group), 1)
from suspect inner join victim using (reference)
where suspect.age_group is not null and victim.age_group is not null
group by suspect.age_group, victim.age_group;

-- T40, T41: outcome records, and offences without one
create table disposed as
select outcome.year, disposal.sna_group, disposal.sna_label
from outcome
inner join disposal
    on disposal.outcome_code = outcome."Outcome Code"
    and coalesce(disposal.decision_maker, outcome."Decision Maker") = outcome."Decision Maker"
union all
select year, 'Not yet complete', 'Not yet complete' from offence anti join outcome on outcome."Crime Reference" = offence.reference;
insert into counted
select 'T40', coalesce(sna_group, 'Total'), long_fy(year), count(*) from disposed group by cube (sna_group), year;
insert into counted
select 'T40', '% Positive', long_fy(year), pct(count(*) filter (sna_group = 'Positive outcome'), count(*), 2) from disposed group by year;
insert into counted select 'T41', sna_label, year, count(*) from disposed group by all;

-- Each printed cell, what it should be (the correction where it is an erratum) and what was counted; no row is a count of nothing.
-- T02's peak month is text: counted in days from July 2023, so 0 is right.
create table compared as
select printed.*, coalesce(erratum.corrected, printed.published) as expected, erratum.corrected is not null as is_erratum,
    if(expected = 'July 2023', 0, expected::double) as wanted, coalesce(counted.value, 0) as found
from read_csv(getvariable('printed') || '/figures.csv', all_varchar = true) as printed
left join read_csv(getvariable('printed') || '/errata.csv', all_varchar = true) as erratum
    using (table_id, row_label, column_label)
left join counted using (table_id, row_label, column_label)
where printed.table_id in (select table_id from counted);
create view differing as
select table_id, row_label, column_label, wanted, found from compared
where abs(found - wanted) > tolerance::double + 1e-9 order by all;
