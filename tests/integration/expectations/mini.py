"""A county of 1,440 crimes, made up in SQL, in a warehouse in which dbt has really built every model."""

from __future__ import annotations

import duckdb

from orchestration.contracts.reader import feed_types
from orchestration.home.settings import Settings
from orchestration.warehouse import warehouse_file
from orchestration.warehouse.dbt import _invoke, load_manifest
from tests.integration.expectations import damages

# Two financial years of 60 crimes a month, of which five in six are of a class in the definition; people, outcomes,
# and three feeds of the open archive. Numbers are arbitrary; whole numbers modulo something make every branch occur.
COUNTY = """
create temp table crime as
    select i, date '2022-04-01' + to_months((i // 60)::int) + to_days((i % 28)::int) + to_hours((i % 24)::int) as recorded_at,
           'DC-' || year(recorded_at) || '-' || lpad(i::varchar, 7, '0') as crime_reference
    from range(1440) as t(i);
insert into landing.police__crimes by name
    select crime_reference, recorded_at, recorded_at - interval 5 hour as committed_from,
           ['8N', '10D', '34B', '34A', '8N', '3B'][i % 6 + 1] as ho_class,
           ['008/01', '008/26', '034/11', '034/01', '008/02', '003/01'][i % 6 + 1] as ho_sub_code, 'An offence' as offence_title,
           ['Derby City', 'Amber Valley', 'Bolsover', 'Chesterfield', 'Erewash', 'High Peak'][i % 6 + 1] as district,
           'E05000' || (i % 40 + 100) as ward_code, 'Ward ' || (i % 40) as ward_name, 'E0101' || (i % 90 + 1000) as lsoa_code,
           'Street' as location_type, if(i % 11 = 0, 'Y', 'N') as domestic_abuse, if(i % 97 = 0, 'Y', 'N') as modern_slavery,
           if(i % 5 = 0, 'Y', 'N') as alcohol, if(i % 7 = 0, 'Y', 'N') as drugs, if(i % 6 = 1, 'Knife/blade', null) as weapon,
           if(i % 4 = 1, 'Y', 'N') as knife, ['Stranger', 'Acquaintance', null][i % 3 + 1] as relationship,
           'crimes' || (i // 60) as _load_id, i % 60 + 2 as _row
    from crime;
update landing.police__crimes set district = null where _row = 61 and ho_class <> '';
insert into landing.people__victims by name
    select crime_reference, recorded_at, recorded_at::date as offence_date, md5('victim' || (i % 900 + 1000 * n)) as person_key,
           nullif(i % 96, 95) as age, ['M', 'F', 'U', null][i % 4 + 1] as sex,
           ['W1', 'A1', 'B1', 'M1', 'NS', null][i % 6 + 1] as ethnicity,
           'victims' || (i // 60) as _load_id, i as _row
    from crime, range(2) as people(n) where i % 3 <> 0 and (n = 0 or i % 7 = 0);
insert into landing.people__suspects by name
    select crime_reference, recorded_at, recorded_at::date as offence_date, md5('suspect' || (i % 700 + 1000 * n)) as person_key,
           nullif(i % 60, 59) as age, ['M', 'F', 'U', null][i % 4 + 1] as sex,
           ['W1', 'A1', 'B1', 'NR', 'NS', null][i % 6 + 1] as ethnicity,
           'suspects' || (i // 60) as _load_id, i as _row
    from crime, range(2) as people(n) where i % 2 = 0 and (n = 0 or i % 14 = 0);
insert into landing.police__outcomes by name
    select crime_reference, n + 1 as outcome_sequence, ['1', '14', '18', '16'][i % 4 + 1] as outcome_code,
           'An outcome' as outcome_title, recorded_at::date + 20 as outcome_date, 'Police' as decision_maker,
           'outcomes' || (i // 60) as _load_id, i as _row
    from crime, range(2) as records(n) where i % 5 <> 4 and (n = 0 or i % 20 = 0);
insert into landing.police_archive__street by name
    select if(i % 4 = 0, null, 'id' || i) as crime_id, '2023-0' || (i % 3 + 1) as month, 'Derbyshire Constabulary' as reported_by,
           if(i % 4 = 0, 'Anti-social behaviour', 'Robbery') as crime_type, 'E0101' || (i % 90 + 1000) as lsoa_code,
           'street' as _load_id, i as _row from range(600) as t(i);
insert into landing.police_archive__outcomes by name
    select 'id' || i as crime_id, '2023-01' as month, 'Derbyshire Constabulary' as reported_by, 'Suspect charged' as outcome_type,
           'outcome' as _load_id, i as _row from range(50) as t(i);
insert into landing.police_archive__stop_and_search by name
    select timestamp '2023-06-30 20:00' + to_hours(i::int) as searched_at, 'Person search' as search_type,
           'search' as _load_id, i as _row from range(50) as t(i);
insert into landing.police__stop_searches by name
    select 'SS' || i as search_reference, recorded_at as searched_at, 'Person' as search_type,
           'Firearms Act 1968 (section 47)' as legislation,
           ['Offensive weapons', 'Drugs'][i % 2 + 1] as search_reason, ['Offensive weapon', null][i % 4 // 2 + 1] as item_found,
           'Arrest' as outcome, nullif(i % 70 + 10, 79) as age, ['M', 'F', null][i % 3 + 1] as sex,
           ['W1', null][i % 2 + 1] as self_defined_ethnicity, ['Derby City', null][i % 2 + 1] as district,
           'search' as _load_id, i as _row from crime;
insert into landing.health__ed_assaults by name
    select 'royal_derby_hospital' as agency, 'RTGFG' as site_code, recorded_at as arrived_at,
           ['Fist', 'Knife', null][i % 3 + 1] as assault_method,
           ['Home', null][i % 2 + 1] as location_type, ['Derby', 'NE  Derbyshire'][i % 2 + 1] as district,
           nullif(i % 90, 89) as age, ['Male', 'Female', null][i % 3 + 1] as sex, ['A', 'Z', null][i % 3 + 1] as ethnic_category,
           'attendance' as _load_id, i as _row from crime;
insert into landing.health__ed_assaults by name
    select * replace ('chesterfield_royal_hospital' as agency, 'RFSDA' as site_code, 'another attendance' as _load_id)
    from landing.health__ed_assaults where _row % 2 = 0;
insert into landing.health__assault_calls by name
    select recorded_at as called_at, ['Hear and Treat', 'See and Treat', 'See, Treat and Convey'][i % 3 + 1] as response,
           ['Male', 'Female', null, 'female'][i % 4 + 1] as sex, nullif(i % 90, 89) as age,
           'E05000' || (i % 40 + 100) as ward_code, ['Derby City', 'Bolsover', null][i % 3 + 1] as district,
           if(i % 3 = 2, ['Royal Derby Hospital', 'Other'][i % 2 + 1], null) as hospital,
           'call' as _load_id, i as _row from crime;
insert into landing.justice__referrals by name
    select recorded_at::date as referred_at, ['Adult', 'Child or young person'][i % 2 + 1] as age_group,
           ['Male', 'Female', null][i % 3 + 1] as sex,
           ['Violence against the person', 'Possession of a firearm', 'Theft'][i % 3 + 1] as offence_group,
           i % 2 = 0 as previous_contact,
           i % 3 = 0 as need_mental_health, i % 4 = 0 as need_substance, i % 5 = 0 as need_social_services,
           i % 6 = 0 as need_learning_disability, i % 7 = 0 as need_accommodation, i % 8 = 0 as need_physical_health,
           'referral' as _load_id, i as _row from crime;
insert into landing.fire__incidents by name
    select 'F' || i as incident_number, recorded_at as called_at,
           ['Deliberate Fire - Primary', 'Malicious False Alarm'][i % 2 + 1] as incident_type,
           ['City of Derby', 'High Peak', null][i % 3 + 1] as district, i % 9 = 0 as attack_on_firefighters,
           'fire' as _load_id, i as _row from crime;
insert into landing.fire__referrals by name
    select year as financial_year, client as client_group, 100 as referrals, 'referrals' as _load_id, 1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year), (values ('Adult at risk'), ('Child at risk')) as clients(client);
insert into landing.justice__serious_violence_cases by name
    select year as financial_year, breakdown, category, cases, 'probation' as _load_id, 1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year),
         (values ('District', 'Derby', 20), ('District', 'High Peak', 5), ('Sex', 'Male', 15), ('Sex', 'Female', 10)) as
         counts(breakdown, category, cases);
insert into landing.justice__cases_by_age_and_sentence by name
    select year as financial_year, age_group, sentence_type, 6 as cases, 'sentences' as _load_id, 1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year), (values ('18-20'), ('21-24')) as ages(age_group),
         (values ('Custody'), ('Community')) as sentences(sentence_type);
insert into landing.justice__offences by name
    select 'derby_city_youth_justice' as agency, year as financial_year, breakdown, 'Not grouped' as offence_group, category,
           counted, 'city' as _load_id, 1 as _row
    from (values ('2022-23'), ('2023-24')) as years(year),
         (values ('Offence', 'Threats to kill', 20), ('Offence', 'Assault by beating', 5), ('Ethnicity', 'White', 1.4)) as
         counts(breakdown, category, counted);
insert into landing.justice__offences by name
    select 'derbyshire_county_youth_justice' as agency, year as financial_year, 'Offence' as breakdown, offence_group, category,
           7 as counted, 'county' as _load_id, 1 as _row
    from (values ('2022-23'), ('2023-24')) as years(year),
         (values ('Serious violence cases', 'Robbery'), ('Knife crime cases', 'Possess knife blade or sharply pointed article'))
         as counts(offence_group, category);
insert into landing.justice__offenders by name
    select 'derby_city_youth_justice' as agency, year as financial_year, age, sex, age as offenders, 'offenders' as _load_id,
           1 as _row
    from (values ('2022/23'), ('2023/24')) as years(year), (values (13), (16)) as ages(age),
         (values ('Male'), ('Female')) as sexes(sex);
update landing.police__crimes
    set easting = 430000 + 900 * (_row % 7) + _row, northing = 335000 + 900 * (_row % 5) where _row % 9 <> 0;
-- One ward is a hotspot ward of the seed, with a street and an hour of the week that are busier than the others.
update landing.police__crimes
    set ward_name = 'Arboretum', street = if(_row % 2 = 0, 'Long Street', 'Side Street ' || _row),
        committed_from = date_trunc('week', committed_from) + interval 2 hour
    where ward_code = 'E05000107';
insert into landing.population__population by name
    select 2022 as mid_year, 'E0101' || (n + 1000) as lsoa_code, 1000 + n as population, 'residents' as _load_id, n as _row
    from range(85) as t(n);
insert into landing.geography__lsoa_ward_district by name
    select 'E0101' || (n + 1000) as lsoa_code, 'Place ' || n as lsoa_name, 'E05000' || (n % 40 + 100) as ward_code,
           if(n % 40 = 7, 'Arboretum', 'Ward ' || (n % 40)) as ward_name, 'E06000015' as district_code, 'Derby' as district_name,
           'lookup' as _load_id, n as _row
    from range(85) as t(n);
insert into landing.interventions__interventions by name
    select 'VRU-2023-24-0' || i as intervention_reference, 'Mentoring' as intervention, 'An aim' as aim, 'Pupils' as cohort,
           districts, '2023/24' as financial_year, 'Not stated' as evaluation_status, 'A register' as source,
           'register' as _load_id
    from (values (1, 'City of Derby; Bolsover'), (2, 'Chesterfield'), (3, null)) as t(i, districts);
insert into landing.crime_harm__crime_harm_index by name
    select '2023' as edition, code as ho_sub_code, 'An offence' as offence_title, score, 'weights' as _load_id, 1 as _row
    from (values ('008/01', 182), ('008/02', 120.5), ('008/26', 5), ('034/01', 365), ('034/11', 365)) as weights(code, score);
insert into ledger.feed by name
    select agency, feed, subject || '/' || feed as feed_type, 'The owner' as owner, 24 as deliveries_in_use, supplies,
           if(agency = 'mhclg', 'national_statistic', 'record') as evidence
    from (values ('derbyshire_constabulary', 'police', 'crimes', ['T01', 'T03', 'T10']),
                 ('derbyshire_constabulary', 'people', 'victims', ['T10']), ('derbyshire_constabulary', 'people', 'suspects', []),
                 ('derbyshire_constabulary', 'police', 'outcomes', ['T40']), ('mhclg', 'population', 'imd_2019', ['T63']))
         as t(agency, subject, feed, supplies);
insert into ledger.delivery by name
    select feed || n as load_id, 'derbyshire_constabulary' as agency, feed,
           strftime(date '2022-04-01' + to_months(n::int), '%Y-%m') as period,
           60 as rows_delivered, 60 as rows_accepted, 0 as rows_rejected, true as in_use
    from range(24) as month(n), (values ('crimes'), ('victims'), ('suspects'), ('outcomes')) as feeds(feed);
insert into ledger.delivery by name
    select 'weights' as load_id, 'cambridge' as agency, 'crime_harm_index' as feed, '2023' as period, 'live' as environment,
           5 as rows_delivered, 5 as rows_accepted, 0 as rows_rejected, true as in_use;
insert into ledger.build by name
    select 'build' as build_id, '' as as_at, 'sna-2024' as definition_id, 'live' as environment, 'code' as code;
"""


def tables(con: duckdb.DuckDBPyConnection) -> None:
    """Empty tables in place of the landing views of all feed types."""
    for contract in feed_types():
        columns = (("agency", "VARCHAR"), *contract.landed, ("_load_id", "VARCHAR"), ("_row", "INTEGER"))
        con.execute(f"drop view if exists landing.{contract.relation}")
        con.execute(f"create table landing.{contract.relation} (" + ", ".join(f'"{n}" {t}' for n, t in columns) + ")")
        if contract.load_mode == "upsert":
            numbered = f"select * replace (row_number() over (partition by _load_id) as _row) from landing.{contract.relation}"
            con.execute(f"create or replace view landing_log.{contract.relation} as {numbered}")


def build(settings: Settings) -> None:
    """Make the warehouse of a home that has none."""
    with warehouse_file.connect(settings) as con:
        tables(con)
        con.execute(COUNTY)
        for module in damages.MODULES:
            con.execute(getattr(module, "COUNTY", ""))
    load_manifest(settings)
    _invoke(settings, ["build", "--exclude-resource-type", "unit_test", "test"])
