"""Files that are delivered again, in any order with all else that is done to deliveries.

What is in use of each month is computed from a list of what was done, apart from versions, times of receipt and the landing log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contracts
from orchestration.home import creation
from orchestration.home.file_hash import sha256
from orchestration.home.settings import Settings
from orchestration.ingest.files import regular_files
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.load import repair
from orchestration.ingest.recognition.handed_in import Handed
from orchestration.ingest.recognition.recognition import Receipt, deliver_safely
from orchestration.operations import purge, retention, withdrawal
from tests.unit.orchestration.ingest.conftest import NOW, Desk, row, text

CONTRACTS = load_contracts()
MONTHS = ("2023-05", "2023-06", "2023-07")


class StrictDesk(Desk):
    """Lands by the contract as it is, as a repair does."""

    @staticmethod
    def contract(feed: str, limit: float = 1.0) -> FeedContract:
        return CONTRACTS["derbyshire_constabulary", feed]


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: month → references of its crimes, which no other file has."""

    path: Path
    crimes: dict[str, list[str]]


class Force:
    """Who delivers, and the landing zone, the landing log and the home that are delivered to.

    Attributes:
        taken: what was delivered and not taken back, the last one last; name in the landing zone → file.
        is_read: whether nothing waits for the next refresh.
    """

    def __init__(self, folder: Path) -> None:
        self.outbox = folder / "outbox"
        self.settings = Settings(folder / "raw", folder / "home")
        creation.make(self.settings.home, "derbyshire", "live")
        self.desk = StrictDesk(self.settings.raw, self.settings.landing)
        self.now = NOW
        self.sent: list[Sent] = []
        self.taken: dict[str, Sent] = {}
        self.is_read = True

    def write(self, *months: str) -> Sent:
        number = len(self.sent) + 1
        crimes = {month: [f"DC-2023-{month[5:]}{number:03}{n:02}" for n in range(3 + number % 2)] for month in months}
        rows = [
            row(
                "crimes",
                Crime_Reference=reference,
                Recorded_Date_Time=f"{1 + n * 9:02}/{month[5:]}/2023 10:15",
                Committed_From=f"01/{month[5:]}/2023 00:15",
                Committed_To="",
            )
            for month, references in crimes.items()
            for n, reference in enumerate(references)
        ]
        path = self.outbox / str(number) / f"crimes {' to '.join(dict.fromkeys((months[0], months[-1])))}.csv"
        path.parent.mkdir(parents=True)
        path.write_text(text(rows))
        self.sent.append(Sent(path, crimes))
        return self.sent[-1]

    def deliver(self, file: Sent) -> Receipt:
        receipt = deliver_safely(Handed(file.path, file.path.parent), self.desk.raw, CONTRACTS, received=self.desk.all())
        if receipt.outcome == "delivered":
            assert receipt.target_name not in self.taken
            self.taken[receipt.target_name] = file
            self.is_read = False
        else:
            assert receipt.outcome == "already there", receipt.reason
            assert all(self.expected().get(month) == crimes for month, crimes in file.crimes.items())
        return receipt

    def land(self) -> None:
        self.now += timedelta(minutes=1)
        for record in self.desk.load("crimes", now=self.now):
            assert record.verdict == "accepted" and record.rows_delivered == record.rows_accepted
        self.is_read = True

    def withdraw(self, name: str) -> None:
        loads = self.desk.all()
        self.taken.pop(name, None)
        if not withdrawal.take_back_unread(self.settings, loads, name):
            withdrawal.withdraw(loads, withdrawal.find(loads, name), "a test", self.now)

    def expected(self) -> dict[str, list[str]]:
        """Month → crimes of the file that was delivered last of it."""
        return {month: crimes for file in self.taken.values() for month, crimes in file.crimes.items()}

    def in_use(self) -> dict[str, list[str]]:
        found = {}
        for load in loads_in_use(self.desk.all()):
            assert load.accepted
            rows = duckdb.sql(f"select crime_reference from '{load.accepted}' order by 1").fetchall()
            found[load.period] = [reference for (reference,) in rows]
        return found


@pytest.fixture
def force(tmp_path: Path) -> Force:
    return Force(tmp_path)


def test_a_month_can_be_delivered_again_after_an_extract_took_its_place(force):
    """Its file is there all the while, and is the newest of its own month."""
    july = force.write("2023-07")
    force.deliver(july)
    force.land()
    force.deliver(force.write("2023-06", "2023-07"))
    force.land()
    assert force.deliver(july).outcome == "delivered"
    force.land()
    assert force.in_use() == force.expected() and force.expected()["2023-07"] == july.crimes["2023-07"]


def test_an_extract_can_be_delivered_again_after_one_of_its_months_was_corrected(force):
    extract = force.write("2023-05", "2023-06", "2023-07")
    force.deliver(extract)
    assert force.deliver(extract).outcome == "already there"
    force.land()
    assert force.deliver(extract).outcome == "already there"
    corrected = force.write("2023-06")
    force.deliver(corrected)
    assert force.deliver(corrected).outcome == "already there"
    # Whether the correction was read or not.
    assert force.deliver(extract).outcome == "delivered"
    force.land()
    assert force.in_use() == extract.crimes


def test_what_is_in_use_again_after_a_withdrawal_is_there(force):
    first = force.write("2023-07")
    force.deliver(first)
    force.land()
    second = force.deliver(force.write("2023-07"))
    force.land()
    force.withdraw(second.target_name)
    assert force.deliver(first).outcome == "already there"
    assert force.in_use() == first.crimes


class Deliveries(RuleBasedStateMachine):
    """Months and extracts are delivered, read, taken back, purged, lost, damaged and repaired, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="sna-test-")
        self.force = Force(Path(self.folder.name))
        self.deleted: dict[Path, bytes] = {}

    @rule(first=st.integers(0, 2), last=st.integers(0, 2), again=st.integers(0, 9), land=st.booleans())
    def deliver(self, first: int, last: int, again: int, land: bool) -> None:
        sent = self.force.sent
        months = MONTHS[min(first, last) : max(first, last) + 1]
        self.force.deliver(sent[again] if again < len(sent) else self.force.write(*months))
        if land:
            self.force.land()

    @precondition(lambda self: self.force.taken)
    @rule(number=st.integers(0, 9))
    def withdraw(self, number: int) -> None:
        self.force.withdraw(list(self.force.taken)[number % len(self.force.taken)])

    @precondition(lambda self: self.force.desk.all())
    @rule(number=st.integers(0, 9))
    def purge(self, number: int) -> None:
        """Every delivery of the content."""
        loads = self.force.desk.all()
        chosen = withdrawal.find(loads, loads[number % len(loads)].load_id)
        purge.purge(self.force.settings, purge.plan(self.force.settings, loads, chosen, "a test", self.force.now))
        content = chosen[-1].file_sha256
        self.force.taken = {name: file for name, file in self.force.taken.items() if sha256(file.path) != content}
        self.deleted = {path: data for path, data in self.deleted.items() if hashlib.sha256(data).hexdigest() != content}

    @rule(days=st.integers(0, 40))
    def retain(self, days: int) -> None:
        """What is removed can come back no more; it is nothing that is in use."""
        self.force.now += timedelta(days=days)
        loads = self.force.desk.all()
        surplus = retention.surplus_deliveries(loads, CONTRACTS, (), timedelta(days=20), self.force.now)
        assert all(item.step == "remove" for item in surplus)
        retention.apply(surplus, loads, self.force.settings.raw, self.force.now)
        for item in surplus:
            self.force.taken.pop(item.load.path, None)

    @rule(days=st.sampled_from([-200, -1, 1]))
    def set_the_clock(self, days: int) -> None:
        self.force.now = max(self.force.now + timedelta(days=days), NOW - timedelta(days=200))

    @rule(number=st.integers(0, 9))
    def delete_a_file(self, number: int) -> None:
        read = {self.force.settings.raw / load.path for load in self.force.desk.all()}
        if there := sorted(path for path in read if path.exists()):
            path = there[number % len(there)]
            self.deleted[path] = path.read_bytes()
            path.unlink()

    @precondition(lambda self: self.deleted)
    @rule()
    def restore_a_file(self) -> None:
        path, content = self.deleted.popitem()
        if not path.exists():
            path.write_bytes(content)

    @rule(number=st.integers(0, 9))
    def damage_and_repair(self, number: int) -> None:
        loads = [load for load in self.force.desk.all() if load.kept and (self.force.settings.raw / load.path).exists()]
        if loads:
            load = loads[number % len(loads)]
            for file in load.folder.glob("*.parquet"):
                file.write_bytes(b"PAR1")
            assert load.load_id in {each.load_id for each in repair.repair(self.force.settings).landed}

    @rule()
    def land(self) -> None:
        with unchanged(self.force.settings.raw):
            self.force.land()

    @invariant()
    def what_came_last_is_in_use(self) -> None:
        if self.force.is_read:
            assert self.force.in_use() == self.force.expected()

    def teardown(self) -> None:
        self.folder.cleanup()


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """To read a landing zone changes nothing in it."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("examples", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_in_whatever_order_things_are_done(monkeypatch, examples):
    monkeypatch.setattr(regular_files, "QUIET_SECONDS", 0.0)
    run_state_machine_as_test(
        Deliveries,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
