"""Deliveries that change while they are read: somebody writes to them, or puts something else in their place."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_log import log
from tests.fault.bench import Bench
from tests.fault.faults import CRIMES, Strike, trial
from tests.fault.kills import Trial, check_intact
from tests.fault.server import Point

KIND = "delivery changes while it is read"
SECONDS_BETWEEN_LINES = 0.02
STEP = f"landing__{CRIMES.replace('/', '__')}"
# Where in the step that lands it: it was listed and nothing more, it is being copied, its copy is being read.
MOMENTS = {
    "listed": "mkdir landing/.incoming/*",
    "copied": "open landing/.incoming/*/*/received.csv",
    "read": "duckdb create or replace table",
}


def appended(moment: str) -> Strike:
    """A line is written at its end."""

    def strike(bench: Bench, made: Trial) -> None:
        with _restored(bench) as file:
            _refresh(bench, made, moment, f"append {file}", file)

    return strike


def replaced(moment: str) -> Strike:
    """Another file takes its name, as an upload does that ends with a rename."""

    def strike(bench: Bench, made: Trial) -> None:
        with _restored(bench) as file:
            other = bench.work / "other"
            other.write_bytes(_half(file.read_bytes()))
            _refresh(bench, made, moment, f"replace {file} {other}", file)

    return strike


def linked(moment: str) -> Strike:
    """A link that leads out of the landing zone takes its name; what it leads to would be a delivery, and must not be read."""

    def strike(bench: Bench, made: Trial) -> None:
        with _restored(bench) as file:
            outside, link = bench.work / "outside.csv", bench.work / "link"
            outside.write_bytes(_half(file.read_bytes()))
            link.symlink_to(outside)
            _refresh(bench, made, moment, f"replace {file} {link}", file)

    return strike


def growing(bench: Bench, made: Trial) -> None:
    """Somebody writes to it for as long as the refresh goes on."""
    with _restored(bench) as file, _written(file):
        status = bench.sna("refresh").status
        _check(bench, made, status)


def _refresh(bench: Bench, made: Trial, moment: str, action: str, file: Path) -> None:
    before = file.lstat()
    status = bench.sna("refresh", point=Point(MOMENTS[moment], step=STEP), action=action).status
    if file.lstat() == before:
        made.problems.append(f"the point was never reached: {bench.said[-1500:]}")
    _check(bench, made, status)


def _check(bench: Bench, made: Trial, status: int) -> None:
    # Without its crimes the month's outcomes belong to no offence, and the gate says so.
    if status not in (0, 1) or "Traceback" in bench.said:
        made.problems.append(f"ended with {status}: {bench.said[-1500:]}")
    check_intact(bench, made, any_content=True)
    landed = [load for load in log.read(bench.settings.landing) if load.file_name == _new(bench).name]
    sent = sha256(bench.work / "after" / CRIMES / _new(bench).name)
    if any(f"{load.agency}/{load.feed}" == CRIMES and load.file_sha256 != sent for load in landed):
        made.problems.append("what its sender had not finished, or never sent, was landed")


def _new(bench: Bench) -> Path:
    """The delivery of crimes that has arrived since the first release."""
    name = next(path.name for path in (bench.work / "after" / CRIMES).iterdir() if ".v2" not in path.name)
    return bench.settings.raw / CRIMES / name


def _half(content: bytes) -> bytes:
    """A good delivery with half of the rows."""
    head, *lines = content.splitlines(keepends=True)
    return b"".join([head, *lines[: len(lines) // 2]])


@contextmanager
def _restored(bench: Bench) -> Iterator[Path]:
    """The delivery, which is afterwards as its sender had made it."""
    file = _new(bench)
    try:
        yield file
    finally:
        for name in ("other", "link", "outside.csv"):
            (bench.work / name).unlink(missing_ok=True)
        file.unlink(missing_ok=True)
        shutil.copy2(bench.work / "after" / CRIMES / file.name, file)


@contextmanager
def _written(file: Path) -> Iterator[None]:
    """Somebody writes to a file while the block runs, a line at a time."""
    end = threading.Event()

    def write() -> None:
        with file.open("ab", buffering=0) as opened:
            while not end.wait(SECONDS_BETWEEN_LINES):
                opened.write(b"half,a,line\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        end.set()
        writer.join()


def trials() -> list[Callable[[Bench], Trial]]:
    """Each change at each moment, and one that goes on all the time."""
    changes = {"a line is appended": appended, "another file takes its place": replaced, "a link takes its place": linked}
    made = [trial(KIND, f"{what} when it was {moment}", change(moment)) for what, change in changes.items() for moment in MOMENTS]
    return [*made, trial(KIND, "it grows all the time", growing)]
