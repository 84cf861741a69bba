-- Counts the delivered files as the tables of places do (T26, T27, T33, T35 to T37), with nothing but SQL over the files and the
-- seeds of codes. Needs the spatial extension. Result: table place (table_id, row_group, row_label, column_label, value).
-- Variables: raw, seeds. Table: delivered_population (lsoa, people), as DuckDB reads no workbooks.

create table rule as from read_csv(getvariable('seeds') || '/violence_definition_rule.csv', all_varchar = true);

create table lookup as
select lsoa21cd as lsoa, wd24nm as ward, lad24nm as district
from read_csv(getvariable('raw') || '/ons/lsoa_ward_district/*.csv', all_varchar = true);

create table crime as
select "Crime Reference" as reference,
    strptime("Recorded Date Time", '%d/%m/%Y %H:%M') as recorded,
    strptime("Committed From", '%d/%m/%Y %H:%M') as committed,
    "HO Sub Code" as code, lookup.ward, lookup.district, "Street" as street, "Location Type" as location,
    "Knife Crime Flag" = 'Y' as knife,
    "Domestic Abuse Flag" = 'N' and "Modern Slavery Flag" = 'N' as is_counted,
    st_point("Easting"::double, "Northing"::double) as point
from read_csv(getvariable('raw') || '/derbyshire_constabulary/crimes/*.csv', all_varchar = true) as delivered
left join lookup on lookup.lsoa = delivered."LSOA Code";

create table place (table_id varchar, row_group varchar, row_label varchar, column_label varchar, value double);

-- T26, T27
create table hot as
from crime
where is_counted and recorded >= '2023-05-01' and recorded < '2024-05-01'
    and code in (select ho_sub_code from rule where definition_id = 'hotspot-2024');
insert into place
select 'T26', '', ward, 'SV totals per population: Total', count(*) from hot where ward is not null group by ward;
insert into place
select 'T27', '', case ward when 'Arboretum' then '1) Arboretum' else '2) St Leonards' end, 'Number of incidents', count(*)
from hot
where (ward = 'Arboretum' and street in ('Curzon Street', 'Wardwick', 'Victoria Street', 'St. Peters Street'))
    or (ward = 'St Leonard''s' and street in ('Holywell Street', 'Corporation Street', 'Stephenson Place'))
group by all;

-- Residents
create table resident as
select lookup.ward, lookup.district, people from delivered_population inner join lookup using (lsoa);
insert into place select 'T26', '', ward, 'SV totals per population: Total pop', sum(people) from resident group by ward;
insert into place select 'T37', '', district, 'Population', sum(people) from resident group by district;

-- T33, T35: each offence in one group
create table school as
select register.laestab[4:]::int as establishment,
    st_transform(st_point(point[2]::double, point[1]::double), 'OGC:CRS84', 'EPSG:27700') as point
from (
    select location, string_split(trim(point, '[]'), ',') as point
    from read_csv(getvariable('raw') || '/dfe/school_locations/*.tsv', delim = '\t', all_varchar = true)
) as located
inner join read_csv(getvariable('raw') || '/dfe/schools/*.csv', all_varchar = true) as register
    on located.location = 'school:' || register.urn;
create table minor as
select reference, max(age <= 11) as primary_age, max(age >= 11) as secondary_age
from (
    select "Crime Reference" as reference,
        date_sub('year', strptime("Date of Birth", '%d/%m/%Y'), strptime("Offence Date", '%d/%m/%Y')) as age
    from read_csv(getvariable('raw') || '/derbyshire_constabulary/victims/*.csv', all_varchar = true)
)
where age between 5 and 16 group by reference;
create table pupil as
select crime.*, primary_age, secondary_age, year(recorded) as year,
    case when knife then 'Knife crime' when serious.ho_sub_code is not null then 'Serious violence' else 'Lower-level violence' end as grp
from crime
inner join minor using (reference)
left join rule as serious
    on serious.ho_sub_code = code and serious.definition_id = 'sna-2024' and serious.effect = 'count'
left join rule as lower_level
    on lower_level.ho_sub_code = code and lower_level.definition_id = 'school-2024' and lower_level.offence_subtype = 'Lower-level violence'
where is_counted and (knife or serious.ho_sub_code is not null or lower_level.ho_sub_code is not null)
    and year(recorded) between 2021 and 2023;
create table near as
select reference,
    coalesce(bool_or(establishment between 4000 and 5999 and secondary_age), false) as near_secondary,
    coalesce(bool_or(establishment between 2000 and 3999 and primary_age), false) as near_primary
from pupil inner join school on st_dwithin(pupil.point, school.point, 500)
where location in ('Street', 'Open space')
group by reference;
create table at_school as
select pupil.*,
    case
        when location = 'Education establishment' then 'occurred at the school'
        when near_secondary then 'within 500 metres of a secondary school'
        when near_primary then 'within 500 metres of a primary school'
    end as place
from pupil left join near using (reference)
where isodow(committed) < 6 and committed::time >= '08:00' and committed::time < '16:00'
    and (location = 'Education establishment' or near_secondary or near_primary);
insert into place select 'T33', grp, year, 'Offence with victim of school age', count(*) from pupil group by all;
insert into place select 'T33', grp, year, 'Offence occurred at/or nearby school', count(*) from at_school group by all;
insert into place select 'T35', '', place, 'offences', count(*) from at_school group by all;

-- T36, T37
create table area as
select feature.properties.district_code as district_code,
    st_geomfromgeojson(to_json(feature.geometry)) as shape
from (
    select unnest(features) as feature
    from read_json(getvariable('raw') || '/safer_derbyshire/nte_areas/*.geojson', maximum_object_size = 100000000)
);
create table night as
select crime.*, nte_offence_type, printf('%d/%02d', start, (start + 1) % 100) as short_year, start || '-' || (start + 1) as long_year
from (select *, year(recorded - interval 3 month) as start from crime) as crime
inner join read_csv(getvariable('seeds') || '/nte_offence_type.csv', all_varchar = true) as types on types.ho_sub_code = code
where (hour(committed) >= 18 or hour(committed) < 6) and start between 2021 and 2023
    and exists (from area where st_within(st_transform(crime.point, 'EPSG:27700', 'OGC:CRS84'), area.shape));
insert into place select 'T36', '', nte_offence_type, short_year, count(*) from night group by all;
insert into place select 'T37', '', district, long_year, count(*) from night group by all;
