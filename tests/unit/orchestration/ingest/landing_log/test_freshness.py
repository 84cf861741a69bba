"""Fresh, due or overdue, by the contract and the day."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import dagster as dg
import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.contracts.reader import load_contracts
from orchestration.defs.assets.feeds import feed_assets
from orchestration.defs.checks import feed_checks
from orchestration.defs.resources import Refresh
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import freshness
from orchestration.ingest.landing_log.freshness import judge
from orchestration.warehouse import ledger, warehouse_file
from tests.press import Press
from tests.unit.orchestration.ingest.conftest import Desk, rows, text

CRIMES = replace(load_contracts()["derbyshire_constabulary", "crimes"], latency_days=14, grace_days=7)


def delivered(contract, *periods, part="", environment="live"):
    return [
        SimpleNamespace(agency=contract.agency, feed=contract.feed, period=p, part=part, environment=environment) for p in periods
    ]


def as_judged(found):
    return found.state, found.next_period, found.due_on, found.overdue_on


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
    assert as_judged(found) == (state, "2024-02", date(2024, 3, 14), date(2024, 3, 21))


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
    assert as_judged(judge(imd, delivered(imd, "2019"), date(2040, 1, 1))) == ("fresh", None, None, None)


def test_nobody_is_late_with_made_up_data_or_before_the_first_delivery():
    made_up = judge(CRIMES, delivered(CRIMES, "2019-04", environment="demonstration"), date(2040, 1, 1))
    assert as_judged(made_up) == ("demonstration", None, None, None)
    assert judge(CRIMES, delivered(load_contracts()["police_uk", "street"], "2024-01"), date(2040, 1, 1)).state == "not delivered"


STREET = replace(load_contracts()["police_uk", "street"], latency_days=14, grace_days=7)
FORCES = [*delivered(STREET, "2023-11", "2024-01", part="kent"), *delivered(STREET, "2024-01", "2024-02", part="cumbria")]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2024-03-13", "fresh; kent 2024-02 due 2024-03-14; missing kent 2023-12"),
        ("2024-03-14", "due; kent 2024-02 due 2024-03-14; missing kent 2023-12"),
        ("2024-04-14", "overdue; cumbria 2024-03 due 2024-04-14, kent 2024-02 due 2024-03-14; missing kent 2023-12"),
    ],
)
def test_a_feed_is_as_fresh_as_the_part_that_is_furthest_behind(on, said):
    assert str(judge(STREET, FORCES, date.fromisoformat(on))) == said


def test_a_new_force_makes_no_other_fresh():
    later = [*FORCES, *delivered(STREET, "2024-03", part="durham")]
    before, after = (judge(STREET, loads, date(2024, 4, 1)) for loads in (FORCES, later))
    assert before.is_late and as_judged(before) == as_judged(after)


def test_of_many_missing_periods_the_first_are_named_and_the_rest_counted():
    found = judge(STREET, delivered(STREET, "2023-01", "2024-01", part="kent"), date(2024, 2, 1))
    assert str(found).endswith("missing kent 2023-02, kent 2023-03, kent 2023-04 and 8 more")


def test_a_return_of_several_periods_leaves_none_missing():
    schools = load_contracts()["derby_and_derbyshire_education", "attendance"]
    assert schools.period.column is None
    assert [part.missing for part in judge(schools, delivered(schools, "2019-20", "2022-23"), date(2024, 2, 1)).parts] == [()]


def test_every_feed_that_comes_by_the_calendar_says_when_it_is_late():
    for contract in load_contracts().values():
        assert (contract.latency_days is None) == (contract.grace_days is None) == (contract.cadence == "once"), contract.id


@pytest.fixture
def landed(tmp_path, monkeypatch):
    """July 2023 of the crimes, landed in the home in force: by the contract August is due from 14 September 2023."""
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    desk = Desk(settings.raw, settings.landing)
    desk.land("crimes", text(rows("crimes", 2)), name="2023-07.csv")
    monkeypatch.setenv("SNA_RAW", str(settings.raw))
    monkeypatch.setenv("SNA_HOME", str(settings.home))
    return settings, desk.all()


DUE, OVERDUE = date(2023, 9, 14), date(2023, 9, 28)
DAYS = [("2023-09-13", "fresh"), ("2023-09-14", "due"), ("2023-09-27", "due"), ("2023-09-28", "overdue")]


def test_the_ledger_has_it_as_of_the_day_that_the_marts_are_rebuilt_for(landed):
    settings, loads = landed
    con = warehouse_file.connect(settings)
    for as_at, state in DAYS:
        ledger.register(con, load_contracts()[CRIMES.id], loads, loads, as_at)
        row = con.execute("select freshness, next_period, due_on, overdue_on from ledger.feed").fetchone()
        assert row == (state, "2023-08", DUE, OVERDUE)
        parts = con.execute(
            "select part, first_period, last_period, missing_periods, next_period, due_on, overdue_on from ledger.feed_part"
        )
        assert parts.fetchall() == [("", "2023-07", "2023-07", [], "2023-08", DUE, OVERDUE)]
    con.close()


def judged(as_at=""):
    """What the asset check says, evaluated by Dagster."""
    contract = load_contracts()[CRIMES.id]
    checks = feed_checks([contract])
    only = dg.AssetSelection.checks(checks)
    run = dg.materialize([feed_assets(contract).table, checks], selection=only, resources={"refresh": Refresh(as_at=as_at)})
    evaluation, accepted = sorted(run.get_asset_check_evaluations(), key=lambda each: each.check_name, reverse=True)
    assert (evaluation.check_name, accepted.check_name, accepted.passed) == ("fresh", "deliveries_accepted", True)
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    return evaluation


@pytest.mark.parametrize(("today", "state"), DAYS)
def test_the_asset_check_warns_from_the_day_on_which_a_delivery_is_due(landed, monkeypatch, today, state):
    monkeypatch.setattr(freshness, "day", lambda as_at: date.fromisoformat(today))
    found = judged()
    assert found.passed == (state == "fresh")
    assert found.description == f"{state}; 2023-08 due {DUE}"
    shown = {name: value.value for name, value in found.metadata.items()}
    assert shown == {"state": state, "next_period": "2023-08", "due_on": str(DUE), "overdue_on": str(OVERDUE)}


@pytest.mark.parametrize(("as_at", "state"), [("2024-04-30", "not delivered"), ("2024-05-01", "overdue")])
def test_for_a_past_date_the_asset_check_sees_what_had_been_received_by_then(landed, as_at, state):
    assert judged(as_at).metadata["state"].value == state


def test_sna_status_judges_a_release_by_the_day_on_which_it_is_asked(landed, monkeypatch):
    settings, loads = landed
    con = warehouse_file.connect(settings)
    for feed in (CRIMES.id, ("police_uk", "street")):
        ledger.register(con, load_contracts()[feed], loads, loads, "")
    con.execute("create schema sna; create table sna.figures as select 1 as value")
    con.close()
    Press(settings.warehouse, settings.published).publish()
    for today, state in DAYS:
        monkeypatch.setattr(freshness, "day", lambda as_at="", today=today: date.fromisoformat(today))
        done = CliRunner().invoke(app, ["status"])
        assert done.exit_code == 0, done.output
        cells = {cell[0].strip(): cell[-1].strip() for line in done.output.splitlines() if len(cell := line.split("│")) > 1}
        assert cells == {"derbyshire_constabulary/crimes": f"{state}; 2023-08 due {DUE}", "police_uk/street": "not delivered"}
