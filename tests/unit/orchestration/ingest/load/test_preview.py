"""What taking a file would change is said before it is taken, and a dry run takes nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from rich.console import Console

from orchestration.cli import deliveries
from orchestration.contracts.reader import load_contracts
from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone.delivery import Name
from orchestration.ingest.landing_zone.demonstration import LIVE
from orchestration.ingest.load.preview import preview
from orchestration.ingest.recognition.recognition import Receipt, deliver
from orchestration.ingest.recognition.trial import Rehearsal
from tests.unit.orchestration.ingest.conftest import CONTRACTS, NOW, row, rows, text
from tests.unit.orchestration.ingest.load.test_extracts import SPAN, month, quarter

FEED = "derbyshire_constabulary/crimes"


@pytest.fixture
def said(desk, tmp_path):
    """What would be said of a file of crimes that takes a name in the landing zone."""

    def say(content, period, version=1):
        file = tmp_path / "sent.csv"
        file.write_text(content)
        name = Name(period, "", version, "csv")
        return str(preview(file, CONTRACTS["crimes"], name, desk.raw, desk.all()))

    return say


def test_a_new_period_is_added(said):
    assert said(text(rows("crimes", 4)), "2023-07") == "4 rows; adds 2023-07"


def test_what_is_in_use_is_replaced(desk, said):
    desk.land("crimes", text(rows("crimes", 3)))
    desk.land("crimes", text(rows("crimes", 2)), "2023-07.v2.csv", now=NOW + timedelta(days=1))
    assert said(text(rows("crimes", 4)), "2023-07", 3) == "4 rows; replaces 2023-07.v2.csv (version 2, 2 rows)"


def test_a_withdrawn_delivery_is_not_replaced(desk, said):
    from orchestration.operations import withdrawal

    record = desk.land("crimes", text(rows("crimes", 3)))
    withdrawal.withdraw(desk.all(), [record], "a mistake", NOW + timedelta(days=1))
    assert said(text(rows("crimes", 4)), "2023-07", 2) == "4 rows; adds 2023-07"


def test_an_extract_adds_and_replaces(desk, said):
    desk.land("crimes", text(month(6, 3)), "2023-06.csv")
    assert said(text(quarter()), SPAN) == "92 rows; adds 2023-05, 2023-07; replaces 2023-06.csv (version 1, 3 rows)"
    assert said(text(quarter()), "2022-05_2023-07").startswith("92 rows; adds 14 periods from 2022-05 to 2023-07; replaces")


def test_a_month_replaces_its_part_of_an_extract(desk, said):
    desk.land("crimes", text(quarter()), f"{SPAN}.csv")
    assert said(text(month(6, 3)), "2023-06", 2) == f"3 rows; replaces {SPAN}.csv (version 1, 30 rows in 2023-06)"


def test_a_file_that_was_not_read_yet_is_named(desk, said):
    desk.put("crimes", text(rows("crimes", 3)))
    assert said(text(rows("crimes", 4)), "2023-07", 2) == ("4 rows; adds 2023-07; replaces 2023-07.csv, which was not read yet")


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_says_the_same_and_copies_nothing(desk, tmp_path, monkeypatch, dry_run):
    console = Console(record=True, width=300)
    monkeypatch.setattr(deliveries, "console", console)
    desk.land("crimes", text([row("crimes", n, Recorded_Date_Time=f"{date(2023, 7, 1 + n):%d/%m/%Y} 10:15") for n in range(3)]))
    sent = tmp_path / "crimes_2023-07.csv"
    sent.write_text(text(rows("crimes", 4)))
    settings = Settings(desk.raw, tmp_path / "home")
    rehearsal = Rehearsal(desk.raw, desk.all(), LIVE) if dry_run else None
    take = deliveries.announced(settings, desk.all(), rehearsal)
    receipt = deliver(sent, desk.raw, load_contracts(), received=desk.all(), take=take)
    assert receipt.target_name == f"{FEED}/2023-07.v2.csv"
    assert receipt.outcome == ("would be taken" if dry_run else "delivered")
    assert (desk.raw / receipt.target_name).exists() is not dry_run
    said = "crimes_2023-07.csv → derbyshire_constabulary/crimes/2023-07.v2.csv: 4 rows; replaces 2023-07.csv"
    assert said in console.export_text()


@pytest.fixture
def rehearsed(desk, tmp_path):
    """What a dry run says of files of crimes that are delivered together."""

    def rehearse(*contents: str, reason: str = "") -> list[Receipt]:
        rehearsal = Rehearsal(desk.raw, desk.all(), LIVE, reason)
        take = deliveries.announced(Settings(desk.raw, tmp_path / "home"), desk.all(), rehearsal)
        receipts = []
        for number, content in enumerate(contents):
            sent = tmp_path / str(number) / "crimes_2023-07.csv"
            sent.parent.mkdir(exist_ok=True)
            sent.write_text(content)
            args = (sent, desk.raw, load_contracts())
            receipts.append(deliver(*args, received=desk.all(), take=take, foreseen=rehearsal.foreseen))
        return receipts

    return rehearse


def spoilt(good: int, bad: int) -> str:
    return text([*rows("crimes", good), *(row("crimes", good + n, Easting="x") for n in range(bad))])


def test_a_dry_run_refuses_what_the_next_refresh_would_refuse(rehearsed):
    (receipt,) = rehearsed(spoilt(2, 8))
    assert receipt.outcome == "refused" and "8 of 10 rows cannot be used" in receipt.reason


def test_a_dry_run_says_how_many_rows_are_rejected(rehearsed, monkeypatch):
    console = Console(record=True, width=300)
    monkeypatch.setattr(deliveries, "console", console)
    (receipt,) = rehearsed(spoilt(99, 1))
    assert receipt.outcome == "would be taken" and "100 rows; adds 2023-07; rejects 1 of them" in console.export_text()


def test_files_of_one_dry_run_are_behind_each_other(rehearsed):
    first, same, other = rehearsed(text(rows("crimes", 4)), text(rows("crimes", 4)), text(rows("crimes", 5)))
    assert [first.outcome, same.outcome, other.outcome] == ["would be taken", "already there", "would be taken"]
    assert (first.target_name, other.target_name) == (f"{FEED}/2023-07.csv", f"{FEED}/2023-07.v2.csv")


def test_a_dry_run_finds_a_month_too_short_by_months_that_were_not_read_yet(desk, rehearsed):
    for back in range(1, 15):
        year, number = divmod(2023 * 12 + 6 - back, 12)
        day = date(year, number + 1, 1)
        when = dict.fromkeys(("Recorded_Date_Time", "Committed_From", "Committed_To"), f"{day:%d/%m/%Y} 10:15")
        many = [row("crimes", n, **when) for n in range(400)]
        desk.put("crimes", text(many), f"{day:%Y-%m}.csv")
    (receipt,) = rehearsed(text(rows("crimes", 20)))
    assert receipt.outcome == "refused" and "20 rows" in receipt.reason
    (receipt,) = rehearsed(text(rows("crimes", 20)), reason="the system was down")
    assert receipt.outcome == "would be taken"
