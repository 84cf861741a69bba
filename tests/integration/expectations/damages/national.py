"""National statistics of the small county, and for every rule about them a damage that makes it fail."""

COUNTY = """
insert into landing.justice__safety_in_custody by name
    select measure, kind, sex, strftime(last_day(date '2022-03-01' + to_months((3 * i)::int)), '%B %Y') as twelve_months_ending,
           if(sex = 'All', 200, 100) + i as incidents, 10.5 + i as rate_per_1000, 'safety' as _load_id, i as _row
    from range(9) as t(i), (values ('Deaths', 'All deaths', 'All'), ('Self-harm', 'All self-harm incidents', 'All'),
                                   ('Self-harm', 'All self-harm incidents', 'Male'),
                                   ('Self-harm', 'All self-harm incidents', 'Female'))
         as kinds(measure, kind, sex);
update landing.justice__safety_in_custody set incidents = 200 + 2 * _row where measure = 'Self-harm' and sex = 'All';
insert into landing.justice__prison_population by name
    select day::date as counted_on, offence_group, sex, prisoners, 'prisons' as _load_id, 1 as _row
    from (values ('2023-06-30'), ('2024-06-30')) as days(day), (values ('Robbery', 'Male', 90), ('Robbery', 'Female', 10),
         ('Theft offences', 'Male', 50)) as counts(offence_group, sex, prisoners);
insert into landing.justice__proven_reoffending by name
    select 'July to September 2022' as cohort, breakdown, age_range, category, offenders, reoffenders, reoffences,
           'again' as _load_id, 1 as _row
    from (values ('Overall', 'Adult', 'All offenders', 100, 30, 60), ('Age group', 'Adult', '18 to 20', 40, 12, null),
                 ('Age group', 'Adult', '21 to 24', 60, 18, null), ('Reoffence type', 'Adult', 'Robbery', null, null, 20),
                 ('Reoffence type', 'Adult', 'Theft offences', null, null, 40),
                 ('Months to reoffence', 'All', '1', null, null, 60))
         as counts(breakdown, age_range, category, offenders, reoffenders, reoffences);
insert into landing.population__imd_2019_domains by name
    select 'E0101' || (i + 1000) as lsoa_code_2011, 'Derby ' || i as lsoa_name_2011, 'E06000015' as district_code_2019,
           'Derby' as district_name_2019, i + 1 as imd_rank, 1 as imd_decile,
           i + 1 as income_rank, 1 as income_decile, i + 1 as employment_rank, 1 as employment_decile, i + 1 as education_rank,
           1 as education_decile, i + 1 as health_rank, 1 as health_decile, i + 1 as crime_rank, 1 as crime_decile,
           i + 1 as barriers_rank, 1 as barriers_decile, i + 1 as living_environment_rank, 1 as living_environment_decile,
           1500 as population_2015, 'domains' as _load_id, i as _row
    from range(30) as t(i);
insert into landing.population__census_residents_16_plus by name
    select 'E0101' || (i + 1000) || ' : Derby ' || i as area, 900 + 37 * i % 200 as residents, 'adults' as _load_id, i as _row
    from range(30) as t(i);
insert into landing.population__census_population by name
    select census_year, 'E06000015 : Derby' as area, measure, sex, age, counted, 'census' as _load_id, 1 as _row
    from (values (2011), (2021)) as years(census_year),
         (values ('Residents', 'Female', 'Aged 4 years and under', 50), ('Residents', 'Male', 'Aged 85 years and over', 50),
                 ('Households', 'Total', 'All households', 40)) as counts(measure, sex, age, counted);
insert into landing.population__census_households by name
    select 'E01011000' as lsoa_code, 'Derby 0' as lsoa_name, 40 as households, 'homes' as _load_id, 1 as _row;
insert into landing.population__census_ethnicity by name
    select 'E06000015' as authority_code, 'Derby' as authority_name, 14 as ethnic_group_code, 'White: Irish' as ethnic_group,
           100 as residents, 'ethnicity' as _load_id, 1 as _row;
insert into landing.population__contextual_indicators by name
    select 'Rate' as measure, 'Police force area' as area_type, 'E2300000' || i as area_code, 'Force ' || i as area_name,
           'Not applicable' as offence, 'No car households' as indicator, 10 + i as figure, 'context' as _load_id, i as _row
    from range(5) as t(i);
"""

CONTEXT = "conformed.fct_contextual_indicator"
AGAIN, CUSTODY, DOMAIN = "conformed.fct_reoffending", "conformed.fct_prison_safety", "conformed.fct_deprivation_domain"
FACTS = [
    (CONTEXT, "Every landed row is in the fact once", "delete from {0} where rowid = 0", 1),
    (AGAIN, "Reoffenders by age add up to the cohort's", "update {0} set reoffenders = 11 where category = '18 to 20'", 1),
    (AGAIN, "Reoffences by type add up to the cohort's", "update {0} set reoffences = 21 where category = 'Robbery'", 1),
    (AGAIN, "No group has more reoffenders than offenders", "update {0} set offenders = 1 where category = '18 to 20'", 1),
    (CUSTODY, "Male and female incidents add up to all", "update {0} set incidents = 0 where sex = 'Male'", 9),
    (DOMAIN, "Every LSOA is in every domain once", "delete from {0} where domain = 'Health' and lsoa_code = 'E01011000'", 1),
    (DOMAIN, "Every decile is that of its rank in England", "update {0} set domain_decile = 2 where lsoa_code = 'E01011000'", 7),
]
DRIVERS = "marts.drivers"
CASES = [
    (DRIVERS, "Every correlation is from -1 to 1", "update {0} set coefficient = 41.6 where rowid = 0"),
    (
        DRIVERS,
        "Every correlation is within its limits",
        "update {0} set coefficient_lower_95 = coefficient_upper_95 where rowid = 0",
    ),
    (DRIVERS, "No adjusted p-value is below the unadjusted", "update {0} set q_value = -1 where rowid = 0"),
    (
        *(DRIVERS, "Nothing made of recorded crime is called a driver of crime without saying so"),
        "update {0} set indicator = 'Crime' where rowid = 0",
    ),
    (
        *("marts.census_households", "The LSOAs of a district have its households, within 0.5%"),
        "update {0} set households = 41",
    ),
    (
        *("marts.deprivation_domains", "Every LSOA with an index has its domains"),
        "delete from {0} where lsoa_code = 'E01011000'",
    ),
]
NOT_COUNTING = {"contextual_indicators", "deprivation_domains", "drivers"}
"""Marts that describe areas, or hold rates as a publisher states them."""
