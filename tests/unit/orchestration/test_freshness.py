"""Fresh, due or overdue, by the contract and the day."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from orchestration import warehouse
from orchestration.contracts import load_contracts
from orchestration.freshness import Freshness, judge
from orchestration.settings import Settings

from .ingest.conftest import Desk, rows, text

CRIMES = replace(load_contracts()["derbyshire_constabulary", "crimes"], latency_days=14, grace_days=7)


def delivered(contract, *periods, synthetic=False):
    return [SimpleNamespace(agency=contract.agency, feed=contract.feed, period=p, synthetic=synthetic) for p in periods]


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2024-02-01", "fresh"),
        ("2024-03-13", "fresh"),
        ("2024-03-14", "due"),
        ("2024-03-20", "due"),
        ("2024-03-21", "overdue"),
        ("2026-01-01", "overdue"),
    ],
)
def test_a_month_falls_due_by_the_days_of_its_contract(on, state):
    """January is there, so February is awaited: due 14 days after 29 February, overdue 7 days later."""
    found = judge(CRIMES, delivered(CRIMES, "2023-12", "2024-01"), date.fromisoformat(on))
    assert found == Freshness(state, "2024-02", date(2024, 3, 14), date(2024, 3, 21))


@pytest.mark.parametrize(
    ("cadence", "last", "awaited", "due"),
    [
        ("monthly", "2023-12", "2024-01", date(2024, 2, 14)),
        ("quarterly", "2023-Q4", "2024-Q1", date(2024, 4, 14)),
        ("annual", "2022-23", "2023-24", date(2024, 4, 14)),
        ("academic_year", "2022-23", "2023-24", date(2024, 9, 14)),
        ("calendar_year", "2022", "2023", date(2024, 1, 14)),
    ],
)
def test_every_cadence_knows_its_next_period(cadence, last, awaited, due):
    contract = replace(CRIMES, cadence=cadence)
    found = judge(contract, delivered(contract, last), date(2024, 1, 1))
    assert (found.next_period, found.due_on) == (awaited, due)


def test_what_is_delivered_once_is_never_due_again():
    imd = load_contracts()["mhclg", "imd_2019"]
    assert judge(imd, delivered(imd, "2019"), date(2040, 1, 1)) == Freshness("fresh")


def test_nobody_is_late_with_made_up_data_or_before_the_first_delivery():
    assert judge(CRIMES, delivered(CRIMES, "2019-04", synthetic=True), date(2040, 1, 1)) == Freshness("demonstration")
    assert judge(CRIMES, delivered(load_contracts()["police_uk", "street"], "2024-01"), date(2040, 1, 1)).state == "not delivered"


def test_every_feed_that_comes_by_the_calendar_says_when_it_is_late():
    for contract in load_contracts().values():
        assert (contract.latency_days is None) == (contract.grace_days is None) == (contract.cadence == "once"), contract.id


def test_the_ledger_has_it_as_of_the_day_that_the_marts_are_rebuilt_for(tmp_path):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    desk = Desk(settings.raw, settings.landing)
    desk.land("crimes", text(rows("crimes", 2)), name="2023-07.csv")
    con = warehouse.connect(settings)
    for as_at, state in (("2023-09-13", "fresh"), ("2023-09-14", "due"), ("2023-09-28", "overdue")):
        warehouse.register(con, load_contracts()[CRIMES.id], desk.all(), desk.all(), as_at)
        row = con.execute("select freshness, next_period, due_on, overdue_on from ledger.feed").fetchone()
        assert row == (state, "2023-08", date(2023, 9, 14), date(2023, 9, 28))
    con.close()
