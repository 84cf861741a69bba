"""What taking a file would change is said before it is taken, and a dry run takes nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from rich.console import Console

from orchestration.cli import deliveries
from orchestration.contracts.reader import load_contracts
from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone.delivery import Name
from orchestration.ingest.load.preview import preview
from orchestration.ingest.recognition.recognition import deliver
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
    take = deliveries.announced(settings, desk.all(), dry_run=dry_run)
    receipt = deliver(sent, desk.raw, load_contracts(), received=desk.all(), take=take)
    assert receipt.target_name == f"{FEED}/2023-07.v2.csv"
    assert receipt.outcome == ("would be taken" if dry_run else "delivered")
    assert (desk.raw / receipt.target_name).exists() is not dry_run
    said = "crimes_2023-07.csv → derbyshire_constabulary/crimes/2023-07.v2.csv: 4 rows; replaces 2023-07.csv"
    assert said in console.export_text()
