"""A delivery is asked for once, when it has come to rest, and never while somebody still writes it."""

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone import watch
from orchestration.ingest.landing_zone.watch import Watch
from orchestration.ingest.load.loader import load, plan

CONTRACTS = [load_contracts()["police_uk", "street"], load_contracts()["police_uk", "outcomes"]]
SETTLE = 60


@pytest.fixture
def zone(tmp_path):
    """The landing zone of two feeds; time is what the test says."""
    return Zone(Settings(tmp_path / "raw", tmp_path / "home"))


class Zone:
    def __init__(self, settings):
        self.settings, self.watch, self.now = settings, Watch(), 1000.0

    def write(self, name, text="Crime ID\n", feed="street", mtime=None):
        path = self.settings.raw / "police_uk" / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if mtime is not None:
            os.utime(path, (mtime, mtime))
        return path

    def look(self, later=0.0, ask=True):
        """One look `later` seconds on, from a cursor that has been through text, as after a restart."""
        self.now += later
        before = Watch.from_text(self.watch.as_text())
        found = watch.look(self.settings, CONTRACTS, before, now=self.now, settle_seconds=SETTLE)
        self.watch = found.asked() if ask and found.at_rest and not found.moving else found.watch
        return [d.file_name for d in found.at_rest], [d.file_name for d in found.moving]

    def land(self):
        for contract in CONTRACTS:
            found = plan(self.settings.raw, self.settings.landing, contract, b"k" * 16)
            load(found, contract, self.settings.landing, b"k" * 16, now=datetime(2024, 6, 1, tzinfo=UTC))


def test_a_file_is_asked_for_once_it_has_come_to_rest_and_not_again(zone):
    zone.write("2024-01-kent.csv")
    assert zone.look() == ([], ["2024-01-kent.csv"])
    assert zone.look(SETTLE - 1) == ([], ["2024-01-kent.csv"])
    assert zone.look(1) == (["2024-01-kent.csv"], [])
    assert zone.look(SETTLE) == ([], [])


def test_the_waiting_begins_again_while_a_file_grows_or_its_time_changes(zone):
    zone.write("2024-01-kent.csv", "a", mtime=100)
    zone.look()
    zone.write("2024-01-kent.csv", "ab", mtime=100)
    assert zone.look(SETTLE) == ([], ["2024-01-kent.csv"])
    zone.write("2024-01-kent.csv", "xy", mtime=200)
    assert zone.look(SETTLE) == ([], ["2024-01-kent.csv"])
    assert zone.look(SETTLE) == (["2024-01-kent.csv"], [])


def test_a_clock_that_is_set_back_does_not_keep_a_file_waiting_until_it_is_made_up_for(zone):
    zone.write("2024-01-kent.csv")
    zone.look()
    assert zone.look(-86_400) == ([], ["2024-01-kent.csv"])
    assert zone.look(SETTLE) == (["2024-01-kent.csv"], [])


def test_an_old_time_of_change_does_not_make_a_file_that_was_just_copied_old(zone):
    zone.write("2024-01-kent.csv", mtime=1)
    assert zone.look() == ([], ["2024-01-kent.csv"])


def test_a_file_in_the_landing_log_is_not_asked_for_even_with_an_empty_cursor(zone):
    zone.write("2024-01-kent.csv")
    zone.land()
    assert zone.look(SETTLE) == ([], [])
    assert zone.look(SETTLE) == ([], [])


def test_a_refused_delivery_is_not_asked_for_again_until_it_changes(zone):
    zone.write("2024-01-kent.csv", "not a street file\n")
    zone.look()
    assert zone.look(SETTLE) == (["2024-01-kent.csv"], [])
    zone.land()
    assert [record.verdict for record in _landed(zone)] == ["refused"]
    assert zone.look(SETTLE) == ([], [])
    zone.write("2024-01-kent.csv", "mended, perhaps\n")
    assert zone.look() == ([], ["2024-01-kent.csv"])


def test_what_was_asked_for_and_never_landed_is_remembered_across_restarts(zone):
    zone.write("2024-01-kent.csv")
    zone.look()
    zone.look(SETTLE)
    zone.write("2024-02-kent.csv")
    zone.look()
    assert zone.look(SETTLE) == (["2024-02-kent.csv"], [])


def test_unrecognised_files_and_files_being_copied_are_nobodys_delivery(zone):
    for name in ("notes.txt", "2024-01-kent.csv.part", ".2024-01.csv.x7", "~$2024-01.xlsx", "2024-01.tmp", "README.md"):
        zone.write(name)
    assert zone.look() == ([], [])


def test_files_that_come_to_rest_together_are_one_run_with_one_key(zone):
    zone.write("2024-01-kent.csv")
    zone.write("2024-01-kent.csv", feed="outcomes")
    zone.look()
    found = watch.look(zone.settings, CONTRACTS, zone.watch, now=zone.now + SETTLE, settle_seconds=SETTLE)
    assert [(d.feed, d.period) for d in found.at_rest] == [("street", "2024-01"), ("outcomes", "2024-01")]
    assert watch.run_key(found.at_rest) == watch.run_key(found.at_rest[::-1])
    grown = [replace(found.at_rest[0], size=1), found.at_rest[1]]
    assert watch.run_key(grown) != watch.run_key(found.at_rest)


def test_what_has_gone_is_forgotten(zone):
    path = zone.write("2024-01-kent.csv")
    zone.look()
    path.unlink()
    assert zone.look(SETTLE) == ([], [])
    assert not zone.watch.seen and not zone.watch.asked


def test_a_look_at_a_quiet_zone_reads_neither_files_nor_the_landing_log(zone, monkeypatch):
    zone.write("2024-01-kent.csv")
    zone.land()
    zone.look()
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda *_: pytest.fail("read a file"))
    monkeypatch.setattr("orchestration.ingest.landing_log.log.read", lambda *_: pytest.fail("read the landing log"))
    assert zone.look(SETTLE) == ([], [])


def test_what_is_remembered_does_not_grow_with_history(zone):
    for month in range(1, 13):
        zone.write(f"2023-{month:02d}.csv", feed="street")
    zone.look()
    zone.look(SETTLE)
    zone.land()
    zone.look()
    assert not zone.watch.seen and not zone.watch.asked
    assert set(zone.watch.known) == {"police_uk/street", "police_uk/outcomes"}


@pytest.mark.parametrize("text", [None, "", "not json", "[]", '{"other": 1}'])
def test_a_cursor_that_is_not_understood_is_an_empty_one(text):
    assert Watch.from_text(text) == Watch()


def _landed(zone):
    from orchestration.ingest.landing_log.log import read

    return read(zone.settings.landing)
