"""What was deleted by hand is noticed and named, with what to do; what is not in use is nobody's concern."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.cli import output
from orchestration.home import disk_errors
from orchestration.home.creation import make
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import inventory
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.operations import refresh_plan, withdrawal
from orchestration.vault_runs import common, knife_carriers
from tests.unit.orchestration.ingest.conftest import NOW, Desk, rows, text
from tests.unit.orchestration.ingest.load.test_extracts import SPAN, quarter

FEED = "derbyshire_constabulary/crimes"


@pytest.fixture
def settings(tmp_path):
    made = Settings(tmp_path / "raw", tmp_path / "home")
    make(made.home, "derbyshire", "live")
    return made


@pytest.fixture
def desk(settings):
    return Desk(settings.raw, settings.landing)


def found(settings, desk):
    missing = inventory.missing(settings, desk.all())
    return [load.file_name for load in missing.files], [load.file_name for load in missing.rows]


def printed(settings):
    console = Console(record=True, width=400)
    output.missing(console, settings)
    return console.export_text()


def test_nothing_is_said_where_nothing_is_missing(settings, desk):
    desk.land("crimes", text(rows("crimes", 2)))
    desk.land("crimes", text(quarter()), f"{SPAN}.csv", now=NOW + timedelta(days=1))
    assert found(settings, desk) == ([], []) and printed(settings) == ""


def test_contracts_are_read_only_where_a_file_is_gone(settings, desk, monkeypatch):
    desk.land("crimes", text(rows("crimes", 2)))
    read = []
    monkeypatch.setattr(inventory, "load_contracts", lambda: read.append(1) or {})
    assert found(settings, desk) == ([], []) and not read
    (desk.raw / FEED / "2023-07.csv").unlink()
    assert found(settings, desk) == (["2023-07.csv"], []) and read


def test_a_deleted_file_is_named_and_its_delivery_stays_in_use(settings, desk):
    landed = desk.land("crimes", text(rows("crimes", 2)))
    (desk.raw / FEED / "2023-07.csv").unlink()
    assert found(settings, desk) == (["2023-07.csv"], [])
    assert f"{FEED}/2023-07.csv" in printed(settings) and f"`sna withdraw {landed.load_id} --reason TEXT`" in printed(settings)
    assert len(loads_in_use(desk.all())) == 1
    inventory.require_rows(settings, loads_in_use(desk.all()))


def test_a_file_that_may_not_be_looked_at_is_not_taken_for_deleted(settings, desk, monkeypatch):
    desk.land("crimes", text(rows("crimes", 2)))
    looked = Path.stat

    def stat(path, **options):
        if path.is_relative_to(settings.raw / FEED):
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    assert found(settings, desk) == ([], [])


def test_deleted_rows_are_named_and_stop_what_reads_them(settings, desk):
    record = desk.land("crimes", text(rows("crimes", 2)))
    record.accepted.unlink()
    assert found(settings, desk) == ([], ["2023-07.csv"])
    with pytest.raises(inventory.LandedRowsDamagedError, match="`sna verify --landing --repair` lands it again"):
        inventory.require_rows(settings, loads_in_use(desk.all()))
    # Another contract is in force than the one that it was landed by, so a refresh lands it once more in any case.
    assert refresh_plan.plan(settings, "").new_deliveries == 1
    assert "Landed rows damaged" in printed(settings)


def test_one_deleted_period_of_an_extract_is_enough(settings, desk):
    record = desk.land("crimes", text(quarter()), f"{SPAN}.csv")
    record.by_period()[1].accepted.unlink()
    assert found(settings, desk) == ([], [f"{SPAN}.csv"])


def test_what_is_not_in_use_may_be_missing(settings, desk):
    first = desk.land("crimes", text(rows("crimes", 2)))
    second = desk.land("crimes", text(rows("crimes", 3)), "2023-07.v2.csv", now=NOW + timedelta(days=1))
    first.accepted.unlink()
    (desk.raw / FEED / "2023-07.csv").unlink()
    assert found(settings, desk) == ([], [])
    # The remedy works: what is withdrawn is no longer missed, and what came before it is.
    second.accepted.unlink()
    withdrawal.withdraw(desk.all(), [second], "its rows are gone", NOW + timedelta(days=2))
    assert found(settings, desk) == (["2023-07.csv"], ["2023-07.csv"])


def test_counts_of_the_vault_never_were_in_the_landing_zone(settings, desk):
    record = desk.land("crimes", text(rows("crimes", 2)))
    (contract,) = common.senders(knife_carriers.COUNTS)
    counts = replace(record, agency=contract.agency, feed=contract.feed)
    assert inventory.missing(settings, [counts]).files == ()


def test_a_closed_folder_of_the_log_is_not_taken_for_an_empty_one(settings, desk, monkeypatch):
    desk.land("crimes", text(rows("crimes", 2)))
    scanned = os.scandir

    def scandir(path="."):
        if Path(path) == settings.landing / FEED:
            raise PermissionError(13, "Permission denied", str(path))
        return scanned(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError) as met:
        desk.all()
    advice = disk_errors.advice(met.value, settings.home)
    assert advice.startswith(f"{settings.home} cannot be written to") and str(settings.landing / FEED) in advice
