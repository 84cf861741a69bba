"""The questions of analysts are answered by one query each, over one mart and its dimensions.

Queries over new marts are recomputed from the facts, by SQL that shares nothing with them.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from orchestration.home.environment import PROJECT
from orchestration.publication.release import FILE

FOLDER = PROJECT / "docs" / "how-to" / "questions"
PAGE = PROJECT / "docs" / "how-to" / "answer-questions.md"
QUESTIONS = sorted(FOLDER.glob("*.sql"))
# Besides `dim_...`: shapes of places, and the residents that a rate divides by.
DIMENSIONS = {"marts.lsoas", "marts.population", "marts.census_ethnicity"}
# What the demonstration has none of: late feeds, a release before the first, indicators that are worse than the nation's.
MAY_BE_EMPTY = {"12-stale-feeds", "13-what-changed", "28-worse-than-national"}

SV = "is_serious_violence"
YEAR = "financial_year = '2023/24'"
DISTRICT = "left join conformed.district using (district_code)"
# Question -> SQL over the facts that must have the same rows, in any order.
RECOMPUTED = {
    "01-knife-robberies-of-young-victims": f"""
        select recorded_month, count(*) from conformed.fct_offence
        where {SV} and is_knife_crime and starts_with(offence_type, 'Robbery') and district_code = 'E06000015' and {YEAR}
            and crime_reference in (select crime_reference from conformed.fct_victim where age < 25)
        group by all""",
    "03-days-and-hours-of-a-ward": f"""
        select committed_day_of_week, strftime(committed_from, '%A'), committed_hour, count(*) from conformed.fct_offence
        where {SV} and ward_code = (select ward_code from conformed.dim_ward where ward_name = 'Arboretum') group by all""",
    "07-age-and-sex-of-victims": f"""
        select offence_type, age_band, sex, count(*) from conformed.fct_victim
        where {SV} and financial_year between '2019/20' and '2023/24' group by all""",
    "08-year-to-date": f"""
        select count(*) filter (recorded_month = '2024-04-01'), count(*) filter (recorded_month = '2023-04-01')
        from conformed.fct_offence where {SV}""",
    "09-rolling-twelve-months": f"""
        select coalesce(district, 'Unknown'), month_start, count(*)
        from (select distinct recorded_month as month_start from conformed.fct_offence) as month
        join conformed.fct_offence as offence
            on offence.recorded_month between month_start - interval 11 month and month_start
        {DISTRICT}
        where {SV} and month_start >= '2020-03-01' group by all""",
    "10-rates-by-month": f"""
        select district, recorded_month, count(*), any_value(residents), round(1000 * count(*) / any_value(residents), 3)
        from conformed.fct_offence {DISTRICT}
        join (select district_code, sum(population) as residents from conformed.fct_population group by all) using (district_code)
        where {SV} group by all""",
    "15-share-of-domestic-abuse": """
        select financial_year, offence_type, count(*), count(*) filter (is_domestic_abuse),
            round(100 * count(*) filter (is_domestic_abuse) / count(*), 1)
        from conformed.fct_offence where offence_type is not null group by all""",
    "16-weapons": f"""
        select weapon, financial_year, count(*) from conformed.fct_offence
        where {SV} and district_code = 'E06000015' group by all""",
    "17-strangers-and-acquaintances": f"""
        with victim as (
            select sex, relationship from conformed.fct_victim as victim
            join conformed.fct_offence as offence using (crime_reference)
            where offence.{SV} and offence.offence_type = 'Violence with injury' and relationship <> 'Not recorded'
        )
        select sex, relationship, count(*), round(100 * count(*) / any_value(n), 1)
        from victim join (select sex, count(*) as n from victim group by all) using (sex) group by all""",
    "18-alcohol-by-hour-of-the-week": f"""
        select isodow(committed_from), dayname(committed_from), hour(committed_from),
            count(*), count(*) filter (has_alcohol_qualifier)
        from conformed.fct_offence where {SV} group by all""",
    "19-repeat-victims": f"""
        select financial_year, district, count(*), count(*) filter (n > 1), round(100 * count(*) filter (n > 1) / count(*), 1)
        from (
            select financial_year, district_code, person_key, count(*) as n from conformed.fct_victim where {SV} group by all
        ) join conformed.district using (district_code) group by all""",
    "22-attendances-of-young-adults": """
        select date_trunc('month', arrived_date), count(*) from conformed.fct_ed_attendance
        where age between 18 and 24 group by all""",
    "23-days-to-charge": f"""
        select offence.financial_year, offence.offence_type, count(*),
            quantile_disc(date_diff('day', recorded_date, outcome_date), 0.5)
        from conformed.fct_outcome as outcome join conformed.fct_offence as offence using (crime_reference)
        where offence.{SV} and outcome.outcome_key in ('1', '1A') group by all""",
    "24-weekend-nights": f"""
        select nte_area, district, count(*), count(*) filter (isodow(committed_from - interval 6 hour) in (5, 6))
        from conformed.fct_nte_crime as crime join conformed.dim_nte_area as area using (nte_area_code)
        join conformed.district on crime.district_code = conformed.district.district_code
        where {YEAR} group by all""",
    "25-homicides": f"""
        select financial_year, count(*) from conformed.fct_offence where {SV} and offence_type = 'Homicide' group by all""",
    "26-seasons": f"""
        select month(recorded_date), count(*), round(count(*) / any_value(days), 2)
        from conformed.fct_offence
        join (
            select month(day) as n, count(*) as days
            from (select unnest(generate_series(date '2019-04-01', date '2024-03-31', interval 1 day)) as day) group by all
        ) on month(recorded_date) = n
        where {SV} and financial_year <= '2023/24' group by all""",
    "31-bank-holidays": f"""
        select bank_holiday, count(*) filter (seen = 'p'), count(*) filter (seen = 'e'), count(*) filter (seen = 'a')
        from reference.bank_holiday join (
            select committed_date as date_day, 'p' as seen from conformed.fct_offence where {SV}
            union all select arrived_date, 'e' from conformed.fct_ed_attendance
            union all select called_date, 'a' from conformed.fct_ambulance_call
        ) using (date_day) where date_day between '2023-04-01' and '2024-03-31' group by all""",
    "32-after-school": f"""
        select strftime(committed_from, '%H')::int, count(*)
        from conformed.fct_offence
        where {SV} and committed_date between '2023-04-01' and '2024-03-31' and hour(committed_from) between 14 and 18
            and committed_date in (select date_day from conformed.dim_school_day where is_school_day) group by all""",
    "33-children-hurt-by-children": f"""
        select district, count(*)
        from conformed.fct_victim as victim join conformed.fct_suspect as suspect using (crime_reference)
        join conformed.district on victim.district_code = conformed.district.district_code
        where victim.{SV} and victim.{YEAR} and victim.age < 18 and suspect.age < 18 group by all""",
    "34-licensed-premises": """
        select date_trunc('month', arrived_date), count(*) from conformed.fct_ed_attendance
        where age between 18 and 24 and assault_location = 'Licensed premises' group by all""",
    "35-deprivation": f"""
        select imd_decile, count(*) from conformed.fct_offence join conformed.dim_lsoa using (lsoa_code)
        where {SV} and {YEAR} and imd_decile is not null group by all""",
    "37-latest-twelve-months": f"""
        with spans as (
            select coalesce(district, 'Unknown') as area, recorded_month > date '2024-04-01' - interval 12 month as is_latest
            from conformed.fct_offence {DISTRICT} where {SV} and recorded_month > date '2024-04-01' - interval 24 month
        ), counted as (
            select coalesce(area, 'Derby and Derbyshire') as area, count(*) filter (not is_latest) as earlier,
                count(*) filter (is_latest) as later
            from spans group by rollup (area)
        )
        select area, '2023-05-01', '2024-04-01', earlier, later, trends.events_lower_95, trends.events_upper_95,
            round(100 * (later - earlier) / earlier, 1), verdict, verdict_caution
        from counted join marts.latest_trends as trends using (area) where trends.series = 'Serious violence'""",
    "38-repeat-victims-by-age": f"""
        with person as (
            select financial_year, min(age) as age, count(*) as n from conformed.fct_victim where {SV}
            group by financial_year, person_key
        )
        select financial_year, age_band, count(*), count(*) filter (n > 1), round(100 * count(*) filter (n > 1) / count(*), 1)
        from person join conformed.dim_age_band on coalesce(person.age, -1) = age_key group by all""",
    "39-knife-crime-against-young-people-by-ward": f"""
        with youngest as (select crime_reference, min(age) as age from conformed.fct_victim group by all having min(age) >= 0)
        select ward_name, coalesce(conformed.district.district, 'Unknown'), recorded_month >= '2023-05-01',
            count(*), count(*) filter (age < 25), round(100 * count(*) filter (age < 25) / count(*), 1)
        from conformed.fct_offence as offence join youngest using (crime_reference)
        join conformed.dim_ward as ward on offence.ward_code = ward.ward_code
        left join conformed.district on offence.district_code = conformed.district.district_code
        where {SV} and is_knife_crime and recorded_month >= '2022-05-01'
        group by offence.ward_code, 1, 2, 3""",
    "36-domestic-abuse-outcomes": f"""
        select is_domestic_abuse, count(*), count(*) filter (dim_outcome.is_positive)
        from conformed.fct_outcome join conformed.dim_outcome using (outcome_key)
        join conformed.fct_offence as offence using (crime_reference)
        where offence.offence_type = 'Violence with injury' and offence.{YEAR} group by all""",
}


@pytest.fixture(scope="session")
def release(county):
    with duckdb.connect(str(county.settings.published / FILE), read_only=True) as con:
        yield con


@pytest.fixture(scope="session")
def warehouse(county):
    with duckdb.connect(str(county.settings.warehouse), read_only=True) as con:
        yield con


def test_the_page_shows_each_question():
    numbers = [int(file.name[:2]) for file in QUESTIONS]
    assert numbers == list(range(1, 40))
    shown = re.findall(r'^## (\d+)\. (.*)\n\n```sql\n--8<-- "how-to/questions/(.*)"\n```$', PAGE.read_text(), re.MULTILINE)
    assert [(int(number), name) for number, _, name in shown] == [(int(file.name[:2]), file.name) for file in QUESTIONS]
    for (_, heading, _), file in zip(shown, QUESTIONS, strict=True):
        assert file.read_text().startswith(f"-- {heading}")


@pytest.mark.parametrize("file", QUESTIONS, ids=[file.stem for file in QUESTIONS])
def test_a_query_reads_one_mart_and_its_dimensions(file: Path):
    tree = sqlglot.parse_one(file.read_text(), dialect="duckdb")
    read = {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}
    marts = {name for name in read if not name.startswith("marts.dim_")} - DIMENSIONS
    assert len(marts) == 1


@pytest.mark.parametrize("file", QUESTIONS, ids=[file.stem for file in QUESTIONS])
def test_a_query_answers_its_question(release, file: Path):
    rows = release.execute(file.read_text()).fetchall()
    assert rows or file.stem in MAY_BE_EMPTY


@pytest.mark.parametrize("question", RECOMPUTED)
def test_an_answer_is_what_the_facts_say(release, warehouse, question: str):
    answered = release.execute((FOLDER / f"{question}.sql").read_text()).fetchall()
    expected = warehouse.execute(RECOMPUTED[question]).fetchall()
    assert sorted(map(plain, answered)) == sorted(map(plain, expected))


def plain(row: tuple) -> tuple[str, ...]:
    """A row in which 3 and 3.0, and a day and its midnight, are one value."""
    return tuple(f"{value:g}" if isinstance(value, int | float) else str(value).removesuffix(" 00:00:00") for value in row)
