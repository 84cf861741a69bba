"""Gate 1 on a tiny ledger: each rule holds for good deliveries, and one test makes each fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import duckdb
import pytest

from expectations.suites import feeds
from expectations.verdicts import Verdict
from orchestration.contracts.periods import Cadence
from orchestration.contracts.reader import load_contracts
from orchestration.warehouse.ledger import SCHEMA

Ask = Callable[..., dict[tuple[str, str], Verdict]]

CRIMES = "derbyshire_constabulary/crimes"
OUTCOMES = "derbyshire_constabulary/outcomes"
STREET = "police_uk/street"
IMD = "mhclg/imd_2019"

WHOLE = "Every row delivered is either accepted or rejected"
NOT_EMPTY = "No delivery in use is empty"
REJECTED = "The share of rejected rows is within the contract's limit"
VOLUME = "The volume of each delivery is plausible against the others of its part"
LANDED = "The landing view holds exactly the accepted rows of each delivery"
NO_MORE = "The landing view shows no more rows of a delivery than were accepted"
MONTHS = "No month is missing between the first and the last"
ONE_CRIME = "Each crime reference occurs once in all deliveries in use"

# Seven months of four feeds: 20 rows delivered a month, none rejected. Outcomes of month 2 revise a row of month 1.
GOOD = """
create table month as select range as n, strftime(date '2023-04-01' + to_months(range::int), '%Y-%m') as period from range(7);
insert into ledger.delivery by name
    select feed || n as load_id, agency, feed, period, part, feed || '-' || period || '.csv' as file_name,
           20 as rows_delivered, 20 as rows_accepted, 0 as rows_rejected, 'accepted' as verdict, true as in_use
    from month, (values ('derbyshire_constabulary', 'crimes', null), ('derbyshire_constabulary', 'outcomes', null),
                        ('police_uk', 'street', 'derbyshire')) as feeds(agency, feed, part);
insert into ledger.delivery by name
    select 'imd' as load_id, 'mhclg' as agency, 'imd_2019' as feed, '2019' as period, 'imd.xlsx' as file_name,
           20 as rows_delivered, 20 as rows_accepted, 0 as rows_rejected, 'accepted' as verdict, true as in_use;
create table landing.police__crimes as
    select 'derbyshire_constabulary' as agency, 'crimes' || n as _load_id,
           'DC-' || n || '-' || range as crime_reference from month, range(20);
create table landing.police__outcomes as
    select 'derbyshire_constabulary' as agency, 'outcomes' || n as _load_id,
           'DC-' || n || '-' || range as crime_reference, '1' as outcome_sequence
    from month, range(20) where (n, range) <> (0, 0);
create table landing.police_archive__street as
    select 'police_uk' as agency, 'street' || n as _load_id, null::varchar as crime_id from month, range(20);
create table landing.population__imd_2019 as
    select 'mhclg' as agency, 'imd' as _load_id, 'E01' || range as lsoa_code_2011 from range(20);
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(SCHEMA)
    con.execute(GOOD)
    return con


def test_good_deliveries_pass_and_undelivered_feeds_wait(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    verdicts = ask(con, "feeds")
    assert [v for v in verdicts.values() if not v.success] == []
    assert [rule for subject, rule in verdicts if subject == CRIMES] == [
        *(WHOLE, NOT_EMPTY, REJECTED, VOLUME),
        *(LANDED, MONTHS, ONE_CRIME),
    ]
    delivered = {CRIMES, IMD, STREET, "derbyshire_constabulary/outcomes"}
    waiting = {subject for subject, rule in verdicts if rule.startswith("not delivered: ")}
    assert waiting == {"/".join(key) for key in load_contracts()} - delivered
    assert (IMD, MONTHS) not in verdicts
    suspects = verdicts["derbyshire_constabulary/suspects", "not delivered: 7 tables wait for it"]
    assert "Derbyshire Constabulary" in suspects.remedy
    assert "https://" in suspects.remedy


CASES = [
    ("update ledger.delivery set rows_accepted = 18, rows_rejected = 1 where load_id = 'crimes3'", CRIMES, WHOLE, 1),
    ("update ledger.delivery set rows_accepted = null where load_id = 'crimes3'", CRIMES, WHOLE, 20),
    ("update ledger.delivery set rows_accepted = 0, rows_rejected = 20 where load_id = 'street2'", STREET, NOT_EMPTY, 1),
    ("update ledger.delivery set rows_accepted = 18, rows_rejected = 2 where load_id = 'crimes3'", CRIMES, REJECTED, 2),
    ("update ledger.delivery set rows_delivered = 9 where load_id = 'crimes3'", CRIMES, VOLUME, 9),
    ("update ledger.delivery set rows_delivered = 41 where load_id = 'crimes3'", CRIMES, VOLUME, 41),
    ("delete from landing.police__crimes where crime_reference = 'DC-3-0'", CRIMES, LANDED, 1),
    ("delete from landing.population__imd_2019", IMD, LANDED, 20),
    ("update ledger.delivery set in_use = false where load_id = 'crimes6'", CRIMES, LANDED, 20),
    (
        "insert into landing.police__outcomes select 'derbyshire_constabulary', 'outcomes1', 'DC-9-' || range, '1' from range(3)",
        *(OUTCOMES, NO_MORE, 3),
    ),
    ("delete from ledger.delivery where load_id in ('crimes2', 'crimes3')", CRIMES, MONTHS, 2),
    ("update landing.police__crimes set crime_reference = 'DC-2-5' where crime_reference = 'DC-1-5'",) + (CRIMES, ONE_CRIME, 2),
]


@pytest.mark.parametrize(("damage", "subject", "rule", "rows"), CASES)
def test_a_bad_delivery_fails_its_rule(
    con: duckdb.DuckDBPyConnection,
    ask: Ask,
    damage: str,
    subject: str,
    rule: str,
    rows: int,
) -> None:
    con.execute(damage)
    verdict = ask(con, "feeds", subject)[subject, rule]
    assert (verdict.success, verdict.crashed, verdict.failing_rows) == (False, False, rows)
    assert "Derbyshire Constabulary" in verdict.remedy or "data engineer" in verdict.remedy or "Ask " in verdict.remedy


def test_an_extract_is_judged_as_the_one_file_that_it_is(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    """Its rejected rows without a period are counted with its first period, and its ends may be cut."""
    first = "update ledger.delivery set rows_accepted = 17, rows_rejected = 3, rows_delivered = 20 where load_id = 'crimes0'"
    con.execute(first)
    con.execute("delete from landing.police__crimes where crime_reference in ('DC-0-0', 'DC-0-1', 'DC-0-2')")
    assert not ask(con, "feeds", CRIMES)[CRIMES, REJECTED].success
    con.execute("update ledger.delivery set delivery_id = 'extract' where feed = 'crimes'")
    con.execute("update ledger.delivery set rows_delivered = 4, rows_accepted = 4 where load_id = 'crimes6'")
    con.execute("delete from landing.police__crimes where _load_id = 'crimes6' and crime_reference > 'DC-6-11'")
    verdicts = ask(con, "feeds", CRIMES)
    assert verdicts[CRIMES, REJECTED].success and not verdicts[CRIMES, VOLUME].success
    con.execute("update ledger.delivery set is_partial = true where load_id = 'crimes6'")
    assert all(verdict.success for verdict in ask(con, "feeds", CRIMES).values())


def test_the_sample_names_the_delivery_and_no_key(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    con.execute(CASES[-1][0])
    verdict = ask(con, "feeds", CRIMES)[CRIMES, ONE_CRIME]
    assert json.loads(verdict.sample) == [
        {"period": "2023-05", "part": "", "rows_repeated": 1},
        {"period": "2023-06", "part": "", "rows_repeated": 1},
    ]


def test_a_short_history_says_nothing_about_volume(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    con.execute("delete from ledger.delivery where load_id in ('crimes5', 'crimes6')")
    con.execute("update ledger.delivery set rows_delivered = 200 where load_id = 'crimes3'")
    assert ask(con, "feeds", CRIMES)[CRIMES, VOLUME].success


def test_the_first_outcomes_are_few_and_the_first_crimes_are_not(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    con.execute("update ledger.delivery set rows_delivered = 4 where load_id in ('outcomes0', 'crimes0')")
    verdicts = ask(con, "feeds", OUTCOMES, CRIMES)
    assert verdicts[OUTCOMES, VOLUME].success
    assert not verdicts[CRIMES, VOLUME].success
    con.execute("update ledger.delivery set rows_delivered = 4 where load_id = 'outcomes1'")
    assert not ask(con, "feeds", OUTCOMES)[OUTCOMES, VOLUME].success


def test_a_gap_in_the_open_archive_is_information(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    con.execute("delete from ledger.delivery where load_id = 'street3'")
    verdict = ask(con, "feeds", STREET)[STREET, MONTHS]
    assert verdict.success
    assert json.loads(verdict.sample) == [{"part": "derbyshire", "period": "2023-07"}]


@pytest.mark.parametrize(
    ("cadence", "periods", "name", "missing"),
    [
        ("quarterly", ("2023-Q3", "2023-Q4", "2024-Q2"), "No quarter is missing between the first and the last", "2024-Q1"),
        ("annual", ("2008-09", "2009-10", "2011-12"), "No year is missing between the first and the last", "2010-11"),
    ],
)
def test_a_gap_between_quarters_or_years(
    con: duckdb.DuckDBPyConnection, cadence: Cadence, periods: tuple[str, ...], name: str, missing: str
) -> None:
    con.execute("delete from ledger.delivery where feed = 'crimes' and load_id not in ('crimes0', 'crimes1', 'crimes2')")
    for number, period in enumerate(periods):
        con.execute("update ledger.delivery set period = ? where load_id = ?", [period, f"crimes{number}"])
    contract = replace(load_contracts()["derbyshire_constabulary", "crimes"], cadence=cadence)
    (gaps,) = [suite for suite in feeds.suites(con, [contract]) if suite.title.startswith("missing")]
    assert [rule.name for rule in gaps.rules] == [name]
    assert con.execute(gaps.sql).fetchall() == [("", missing)]


def test_a_missing_landing_view_crashes_only_what_reads_it(con: duckdb.DuckDBPyConnection, ask: Ask) -> None:
    con.execute("drop table landing.police__crimes")
    crashed = {key for key, verdict in ask(con, "feeds").items() if verdict.crashed}
    assert crashed == {(CRIMES, LANDED), (CRIMES, ONE_CRIME)}
