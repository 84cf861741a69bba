"""Files of several periods: their names, what lands of them, and what replaces what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from orchestration.contracts.model import PeriodRule
from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.log import by_period, loads_in_use
from orchestration.ingest.landing_zone.delivery import Name, why_invalid
from orchestration.ingest.load import extracts
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import Recognised, deliver, recognise
from orchestration.operations import retention, withdrawal
from tests.unit.orchestration.ingest.conftest import CONTRACTS, KEY, NOW, codes, parquet, row, text

SPAN = "2023-05_2023-07"
LATER = NOW + timedelta(days=30)


def crime(number, day, **changes):
    return row("crimes", number, Recorded_Date_Time=f"{day:%d/%m/%Y} 10:15", Committed_From=f"{day:%d/%m/%Y} 01:00", **changes)


def quarter(skip=0, stop=92, **changes):
    """A crime on each day from May to July 2023, but for the first and last days."""
    first = date(2023, 5, 1)
    return [crime(n, first + timedelta(days=n), **changes) for n in range(skip, stop)]


def month(number, count):
    return [crime(1000 + n, date(2023, number, 1 + n)) for n in range(count)]


def in_use(desk):
    return {load.period: (load.rows_accepted, load.file_name) for load in loads_in_use(desk.all())}


def test_each_period_is_a_load_of_its_own(desk):
    given = [*quarter(), crime(500, date(2023, 6, 3), Easting="x"), crime(501, date(2023, 6, 4), HO_Class="")]
    record = desk.land("crimes", text(given), f"{SPAN}.csv")
    assert (record.rows_delivered, record.rows_accepted, record.rows_rejected) == (94, 92, 2)
    assert record.folder.parent.name == SPAN
    assert sorted(path.name for path in record.folder.iterdir()) == [
        *("2023-05.parquet", "2023-06.parquet", "2023-07.parquet", "load.json", "rejected.parquet"),
    ]
    loads = loads_in_use(desk.all())
    assert [(load.period, load.rows_delivered, load.rows_accepted, load.rows_rejected) for load in loads] == [
        *(("2023-05", 31, 31, 0), ("2023-06", 32, 30, 2), ("2023-07", 31, 31, 0)),
    ]
    assert len({load.load_id for load in (*loads, record)}) == 4
    for one in loads:
        landed = parquet(one.accepted)
        assert {kept["_load_id"] for kept in landed} == {one.load_id}
        assert {f"{kept['recorded_at']:%Y-%m}" for kept in landed} == {one.period}
    # Row numbers are those of the file.
    assert parquet(loads[1].accepted)[0]["_row"] == 33
    assert "I30" not in codes(record) and not any(load.is_partial for load in loads)


def test_the_record_is_read_back_as_it_was_written(desk):
    record = desk.land("crimes", text(quarter()), f"{SPAN}.csv")
    assert desk.all() == [record]
    document = json.loads((record.folder / "load.json").read_text())
    assert [portion["period"] for portion in document["portions"]] == ["2023-05", "2023-06", "2023-07"]
    assert "extract" not in document and "is_partial" not in document
    for one in record.by_period():
        assert one.extract == record and one.by_period() == [one] and one.covers == SPAN
    assert desk.load("crimes", now=LATER) == []


def test_rejected_rows_without_a_period_are_counted_once(desk):
    given = [*quarter(), row("crimes", 600, Recorded_Date_Time="yesterday"), crime(601, date(2023, 9, 1))]
    record = desk.land("crimes", text(given), f"{SPAN}.csv")
    assert sorted(codes(record)) == ["R03", "R08"]
    assert [(load.rows_delivered, load.rows_rejected) for load in record.by_period()] == [(33, 2), (30, 0), (31, 0)]
    assert sum(load.rows_delivered for load in record.by_period()) == record.rows_delivered == 94


def test_a_period_of_which_all_rows_were_rejected_stays_as_it_was(desk):
    desk.land("crimes", text(month(7, 4)), "2023-07.csv")
    record = desk.land("crimes", text([*quarter(stop=61), crime(700, date(2023, 7, 3), Easting="x")]), f"{SPAN}.csv", now=LATER)
    assert [(load.period, load.rows_delivered) for load in record.by_period()] == [("2023-05", 32), ("2023-06", 30)]
    assert in_use(desk)["2023-07"] == (4, "2023-07.csv")


def test_an_extract_of_rejected_rows_alone_changes_nothing(desk):
    desk.land("crimes", text(month(7, 4)), "2023-07.csv")
    record = desk.land("crimes", text([crime(n, date(2023, 7, 3), Easting="x") for n in range(3)]), f"{SPAN}.csv", now=LATER)
    assert (record.verdict, record.rows_rejected, record.portions) == ("accepted", 3, ())
    assert in_use(desk) == {"2023-07": (4, "2023-07.csv")}


def test_a_later_month_replaces_its_own_period_only(desk):
    desk.land("crimes", text(quarter()), f"{SPAN}.csv")
    record = desk.land("crimes", text(month(6, 3)), "2023-06.csv", now=LATER)
    assert in_use(desk) == {"2023-05": (31, f"{SPAN}.csv"), "2023-06": (3, "2023-06.csv"), "2023-07": (31, f"{SPAN}.csv")}
    assert "I06" in codes(record)
    assert record.supersedes == desk.all()[0].portions[1].load_id


def test_a_later_extract_replaces_the_periods_that_it_covers(desk):
    desk.land("crimes", text(month(4, 4)), "2023-04.csv")
    desk.land("crimes", text(month(6, 3)), "2023-06.csv")
    second = desk.land("crimes", text(month(6, 2)), "2023-06.v2.csv", now=NOW + timedelta(days=1))
    record = desk.land("crimes", text(quarter()), f"{SPAN}.csv", now=LATER)
    assert in_use(desk) == {"2023-04": (4, "2023-04.csv")} | dict.fromkeys(("2023-05", "2023-07"), (31, f"{SPAN}.csv")) | {
        "2023-06": (30, f"{SPAN}.csv")
    }
    assert [portion.supersedes for portion in record.portions] == [None, second.load_id, None]
    desk.land("crimes", text(quarter(stop=60)), "2023-05_2023-06.csv", now=LATER + timedelta(days=1))
    assert in_use(desk)["2023-06"] == (29, "2023-05_2023-06.csv") and in_use(desk)["2023-07"] == (31, f"{SPAN}.csv")


def test_a_period_of_which_the_extract_has_no_row_stays_as_it_is(desk):
    desk.land("crimes", text(month(7, 4)), "2023-07.csv")
    desk.land("crimes", text(quarter(stop=61)), f"{SPAN}.csv", now=LATER)
    assert in_use(desk)["2023-07"] == (4, "2023-07.csv")


def test_of_files_that_come_together_the_shorter_one_counts(desk):
    desk.put("crimes", text(quarter()), f"{SPAN}.csv")
    desk.put("crimes", text(month(6, 3)), "2023-06.csv")
    assert len(desk.load("crimes")) == 2
    assert in_use(desk)["2023-06"] == (3, "2023-06.csv")


def test_reading_everything_again_changes_nothing(desk):
    desk.land("crimes", text(month(6, 3)), "2023-06.csv")
    desk.land("crimes", text(quarter()), f"{SPAN}.csv", now=LATER)
    before = in_use(desk)
    contract = replace(desk.contract("crimes"), bad_row_limit=0.5)
    again = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=LATER + timedelta(days=1))
    assert len(again) == 2 and in_use(desk) == before
    assert {record.load_id for record in again}.isdisjoint(record.load_id for record in desk.all()[:2])


def test_withdrawing_an_extract_takes_back_all_its_periods(desk):
    desk.land("crimes", text(month(6, 3)), "2023-06.csv")
    before = loads_in_use(desk.all())
    record = desk.land("crimes", text(quarter()), f"{SPAN}.csv", now=LATER)
    portion = record.portions[2].load_id
    assert withdrawal.find(desk.all(), portion) == [record]
    done = withdrawal.withdraw(desk.all(), [record], "another force's rows", LATER + timedelta(days=1))
    assert [str(change) for change in done.changes] == [
        f"2023-05: nothing, instead of {SPAN}.csv with 31 rows",
        f"2023-06: 2023-06.csv with 3 rows, instead of {SPAN}.csv with 30 rows",
        f"2023-07: nothing, instead of {SPAN}.csv with 31 rows",
    ]
    assert loads_in_use(desk.all()) == before
    assert set(in_use(desk)) == {"2023-06"}
    assert len(loads_in_use(desk.all(), LATER)) == 3


def test_a_refused_extract_is_refused_whole(desk):
    desk.land("crimes", text(month(6, 3)), "2023-06.csv")
    record = desk.land("crimes", text([crime(n, date(2022, 1, 5)) for n in range(9)]), f"{SPAN}.csv", now=LATER)
    assert record.verdict == "refused" and "D08" in codes(record) and record.portions == ()
    assert in_use(desk) == {"2023-06": (3, "2023-06.csv")}


def test_retention_removes_an_extract_when_all_of_it_was_replaced(desk):
    desk.land("crimes", text(quarter()), f"{SPAN}.csv")
    contracts, days, much_later = load_contracts(), timedelta(days=30), LATER + timedelta(days=400)
    for number in (5, 6):
        desk.land("crimes", text(month(number, 3)), f"2023-{number:02}.csv", now=LATER)
    assert retention.surplus_deliveries(desk.all(), contracts, (), days, much_later) == []
    desk.land("crimes", text(month(7, 3)), "2023-07.csv", now=LATER)
    (surplus,) = retention.surplus_deliveries(desk.all(), contracts, (), days, much_later)
    assert (surplus.load.file_name, surplus.step) == (f"{SPAN}.csv", "remove")
    retention.apply([surplus], desk.all(), desk.raw, much_later)
    assert [path.name for path in surplus.load.folder.iterdir()] == ["load.json"]
    assert not (desk.raw / "derbyshire_constabulary" / "crimes" / f"{SPAN}.csv").exists()


@pytest.mark.parametrize(
    ("skip", "stop", "partial"),
    [(0, 92, []), (10, 92, ["2023-05"]), (0, 80, ["2023-07"]), (9, 81, ["2023-05", "2023-07"])],
)
def test_ends_that_are_cut_are_flagged(desk, skip, stop, partial):
    record = desk.land("crimes", text(quarter(skip, stop)), f"{SPAN}.csv")
    assert [load.period for load in record.by_period() if load.is_partial] == partial
    assert codes(record).count("I30") == len(partial)


def test_what_counts_as_cut():
    def ends(*days):
        return extracts.partial_ends([date(2023, 1, 1) + timedelta(days=day) for day in days], "monthly", "2023-01_2023-03")

    assert ends() == (False, False)
    assert ends(*range(90)) == (False, False)
    assert ends(4, 20, 40, 60, 80) == (False, False)  # no quiet stretch at the ends is longer than those between
    assert ends(20, *range(21, 90)) == (True, False)
    assert ends(0, 31, 59) == (False, False)  # rows that say no more than the month


def test_months_that_are_written_as_text_are_split_too(desk):
    given = [row("police_uk/street", Month=f"2023-{number:02}") for number in (5, 6, 6, 7)]
    record = desk.land("police_uk/street", text(given), f"{SPAN}-derbyshire.csv")
    assert [(load.period, load.part, load.rows_accepted) for load in record.by_period()] == [
        *(("2023-05", "derbyshire", 1), ("2023-06", "derbyshire", 2), ("2023-07", "derbyshire", 1)),
    ]
    assert codes(record) == [] and not any(load.is_partial for load in record.by_period())


def test_times_in_utc_belong_to_the_month_of_the_place(desk):
    times = ["2023-05-31T22:30:00+00:00", "2023-05-31T23:30:00+00:00"]  # half past eleven in May, half past twelve in June
    given = [row("police_uk/stop_and_search", Date=time) for time in times]
    record = desk.land("police_uk/stop_and_search", text(given), "2023-05_2023-06-derbyshire.csv")
    assert [(load.period, load.rows_accepted) for load in record.by_period()] == [("2023-05", 1), ("2023-06", 1)]


@pytest.mark.parametrize(
    ("rows", "span"),
    [
        ({}, None),
        ({"2023-07": 5}, "2023-07"),
        ({"2023-07": 5, "2023-05": 4, "2023-06": 9}, "2023-05_2023-07"),
        ({"2023-05": 400, "2023-07": 400}, "2023-05_2023-07"),
        ({"2013-05": 1, "2023-05": 400, "2023-06": 300, "2023-07": 20}, "2023-05_2023-07"),
        ({"2023-05": 400, "2032-05": 1, "2023-06": 300}, "2023-05_2023-06"),
    ],
)
def test_a_span_by_the_rows(rows, span):
    assert extracts.covered(rows) == span


def test_a_span_in_the_landing_zone():
    name = Name.parse("2021-04_2024-03-kent.v2.csv")
    assert (name.period, name.part, name.version) == ("2021-04_2024-03", "kent", 2)
    assert str(name) == "2021-04_2024-03-kent.v2.csv"
    assert why_invalid(CONTRACTS["police_uk/street"], name) is None
    for wrong in ("2024-03_2021-04", "2021-04_2021-04", "2021-04_2024-Q1", "2021-22_2023-24"):
        assert why_invalid(CONTRACTS["police_uk/street"], replace(name, period=wrong)), wrong
    by_name_alone = next(contract for contract in CONTRACTS.values() if contract.period == PeriodRule(None, None, None))
    assert "is of one period" in why_invalid(by_name_alone, replace(name, period="2021-22_2023-24"))


@pytest.mark.slow
def test_an_extract_is_delivered_under_its_span_and_a_correction_after_it(desk, tmp_path):
    contracts = load_contracts()

    def send(name, content):
        file = tmp_path / "outbox" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
        receipt = deliver(file, desk.raw, contracts, received=desk.all())
        return receipt.outcome, receipt.target_name.rpartition("/")[2]

    found = recognise_as(tmp_path, contracts)
    assert found.name.period == "2023-05_2023-07"
    assert send("crimes_2023-05_to_2023-07.csv", text(quarter())) == ("delivered", f"{SPAN}.csv")
    assert send("crimes_2023-05_to_2023-07.csv", text(quarter())) == ("already there", f"{SPAN}.csv")
    # Numbers go on over all files that may take each other's place, so that their names alone say which came later.
    assert send("crimes_2023-06.csv", text(month(6, 3))) == ("delivered", "2023-06.v2.csv")
    assert send("crimes_2023-04.csv", text(month(4, 3))) == ("delivered", "2023-04.csv")
    assert send("crimes_2023-05_to_2023-06.csv", text(quarter(stop=61))) == ("delivered", "2023-05_2023-06.v3.csv")
    desk.load("crimes")
    assert {period: name for period, (_, name) in in_use(desk).items()} == {
        "2023-04": "2023-04.csv",
        "2023-05": "2023-05_2023-06.v3.csv",
        "2023-06": "2023-05_2023-06.v3.csv",
        "2023-07": f"{SPAN}.csv",
    }


def recognise_as(tmp_path, contracts):
    file = tmp_path / "crimes_2023-05_to_2023-07.csv"
    file.write_text(text(quarter(stop=3)))
    found = recognise(file, contracts)
    assert isinstance(found, Recognised), found
    return found


def test_the_ledger_has_one_row_per_period(desk, tmp_path):
    from orchestration.home.settings import Settings
    from orchestration.warehouse import ledger, warehouse_file

    contract = CONTRACTS["crimes"]
    desk.land("crimes", text(quarter(skip=10)), f"{SPAN}.csv")
    record = desk.all()[0]
    with warehouse_file.connect(Settings(desk.raw, tmp_path / "home")) as con:
        rows_in_use = ledger.register(con, contract, desk.all(), loads_in_use(desk.all()), "")
        periods = con.execute(
            "select period, rows_delivered, in_use, is_partial, delivery_id from ledger.delivery order by period"
        ).fetchall()
        about = ledger.about(con)
    assert rows_in_use == 82
    assert periods == [
        *(("2023-05", 21, True, True, record.load_id), ("2023-06", 30, True, False, record.load_id)),
        ("2023-07", 31, True, False, record.load_id),
    ]
    assert [delivery["period"] for delivery in about["deliveries"]] == ["2023-05", "2023-06", "2023-07"]
    assert len(by_period(desk.all())) == 3
