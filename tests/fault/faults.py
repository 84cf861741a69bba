"""Every other fault: disk, deliveries, warehouse file, clock.

A strike does something to the home as it is and checks that readers were spared; several may follow each other. `trial` puts
the home back before one strike and lets a plain refresh recover after it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestration.ingest.landing_zone import demonstration
from tests.fault.bench import Bench
from tests.fault.kills import Trial, check_intact, recover
from tests.fault.server import Point

Strike = Callable[[Bench, Trial], None]

DAY = 86_400
CRIMES = "derbyshire_constabulary/crimes"
# Inside the load of the first feed with anything new: after its deliveries were listed, and after their headers were read.
LISTED = Point("mkdir landing/.incoming/*")
READ = Point("duckdb create or replace temp")
# In the midst of a refresh: the deliveries are landed and nothing is built.
MIDWAY = Point("step gate_feeds")


class NotPermitted(Exception):
    """This machine does not let this account make the fault; the message says which."""


def trial(kind: str, what: str, strike: Strike, *remedies: Sequence[str]) -> Callable[[Bench], Trial]:
    """Put the home back, strike, run the commands that the documentation names, recover."""

    def run(bench: Bench) -> Trial:
        made = Trial(kind, what)
        bench.put_back()
        strike(bench, made)
        for command in remedies:
            if (status := bench.sna(*command).status) != 0:
                made.problems.append(f"`sna {' '.join(command)}` ends with {status}: {bench.said[-800:]}")
        recover(bench, made)
        return made

    return run


def full_disk(spare: int) -> Strike:
    """The home is on a disk that holds what is there and `spare` bytes more."""

    def strike(bench: Bench, made: Trial) -> None:
        listing = subprocess.run(["du", "-sB1", str(bench.settings.home)], check=True, capture_output=True, text=True)
        with _disk(bench, f"size={int(listing.stdout.split()[0]) + spare}"):
            expect_message(bench, made, bench.sna("refresh").status, "full")
            check_intact(bench, made)

    return strike


def limited_files(limit: int) -> Strike:
    """No file may grow beyond `limit` bytes: a quota that needs no rights."""

    def strike(bench: Bench, made: Trial) -> None:
        expect_message(bench, made, bench.sna("refresh", file_limit=limit).status, "full")
        check_intact(bench, made)

    return strike


def read_only_home(bench: Bench, made: Trial) -> None:
    """The home is mounted for reading only."""
    with _disk(bench, "size=2g") as remount:
        remount("ro")
        expect_message(bench, made, bench.sna("refresh").status, "cannot be written to")
        check_intact(bench, made)
        remount("rw")


def vanished(point: Point) -> Strike:
    """A new delivery is deleted by its sender between listing and reading it, and comes again later."""

    def strike(bench: Bench, made: Trial) -> None:
        file = next(path for path in (bench.work / "after" / CRIMES).iterdir() if ".v2" not in path.name)
        target = bench.settings.raw / file.relative_to(bench.work / "after")
        try:
            answer = bench.sna("refresh", point=point, action=f"remove {target}")
            if target.exists():
                made.problems.append(f"the point was never reached: {bench.said[-1500:]}")
            # Without its crimes the month's outcomes belong to no offence, and the gate says so.
            if answer.status not in (0, 1) or "Traceback" in bench.said:
                made.problems.append(f"ended with {answer.status}: {bench.said[-800:]}")
            check_intact(bench, made, any_content=True)
        finally:
            shutil.copy2(file, target)

    return strike


def emptied_landing_zone(bench: Bench) -> Trial:
    """What the first release was made of has gone from the landing zone; it is in use all the same."""
    made = Trial("vanished delivery", "the landing zone was emptied of what had been landed")
    bench.put_back()
    hidden = bench.work / "hidden"
    bench.settings.raw.rename(hidden)
    shutil.copytree(bench.work / "after", bench.settings.raw)
    shutil.copy(hidden / demonstration.FILE, bench.settings.raw)
    try:
        recover(bench, made)
    finally:
        shutil.rmtree(bench.settings.raw)
        hidden.rename(bench.settings.raw)
    return made


def damaged_warehouse(what: str) -> Callable[[Bench], Trial]:
    """The warehouse file is damaged between two refreshes; the second one notices and says so, if it needs what was there."""

    def run(bench: Bench) -> Trial:
        made = Trial("truncated warehouse", what)
        bench.put_back()
        DAMAGES[what](bench.settings.warehouse)
        check_intact(bench, made)
        recover(bench, made)
        if "is damaged" not in made.said and what not in UNNOTICED:
            made.problems.append("no message said that the warehouse was damaged")
        return made

    return run


def unreadable_manifest(bench: Bench) -> Trial:
    """The manifest of the current release is damaged: readers go on, and the next refresh publishes without it."""
    made = Trial("damaged manifest", "of the current release")
    bench.put_back()
    manifest = bench.settings.published / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text("{")
    recover(bench, made)
    return made


def wrong_clock(seconds: float, *, midway: bool = False) -> Strike:
    """The clock is wrong for a whole refresh, or jumps in its midst, and is right again afterwards."""

    def strike(bench: Bench, made: Trial) -> None:
        before = {path.name for path in (bench.settings.published / "releases").iterdir()}
        answer = bench.sna("refresh", point=MIDWAY, action=f"clock {seconds}") if midway else bench.sna("refresh", clock=seconds)
        if answer.status != 0:
            made.problems.append(f"ended with {answer.status}: {bench.said[-800:]}")
        check_intact(bench, made)
        current = (bench.settings.published / "current").readlink().name
        if current <= max(before):
            made.problems.append(f"release {current} is not ordered after {max(before)}")

    return strike


DAMAGES: dict[str, Callable[[Path], object]] = {
    "half of the file": lambda file: os.truncate(file, file.stat().st_size // 2),
    "no byte left": lambda file: os.truncate(file, 0),
    "first block overwritten": lambda file: _overwrite(file, 0, 8192),
    "a data block overwritten": lambda file: _overwrite(file, file.stat().st_size // 2, 300_000),
    "missing": lambda file: file.unlink(),
}


# Nothing to report, or it may hit a block that nothing is stored in.
UNNOTICED = ("missing", "a data block overwritten")


def trials() -> list[Callable[[Bench], Trial]]:
    """Every fault that is no kill, in several sizes."""
    made = [trial("full disk", f"{size / 2**20:.2f} MiB free", full_disk(size)) for size in (32 << 10, 1 << 20, 3 << 20, 6 << 20)]
    made += [
        trial("limit on the size of files", f"{size >> 10} KiB", limited_files(size)) for size in (16 << 10, 64 << 10, 4 << 20)
    ]
    made += [trial("read-only home", "mounted read-only", read_only_home)]
    made += [trial("vanished delivery", f"before `{point.label}`", vanished(point)) for point in (LISTED, READ)]
    made += [unreadable_manifest, emptied_landing_zone, *map(damaged_warehouse, DAMAGES)]
    for seconds in (-DAY, 365 * DAY, -3600, 3600):
        days = f"{seconds / DAY:+.2f} days"
        made.append(trial("clock", f"is wrong by {days}", wrong_clock(seconds)))
        made.append(trial("clock", f"jumps in the midst by {days}", wrong_clock(seconds, midway=True)))
    return made


def _overwrite(file: Path, start: int, length: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(b"\xa5" * length)


def expect_message(bench: Bench, made: Trial, status: int, word: str, expected: int = 1) -> None:
    """The refresh ended with 1, or as expected, and a sentence that says why, without a traceback."""
    if status != expected:
        made.problems.append(f"ended with {status} instead of {expected}: {bench.said[-800:]}")
    elif word not in " ".join(bench.said.split()):
        made.problems.append(f"no message has “{word}”: {bench.said[-800:]}")
    if "Traceback" in bench.said:
        made.problems.append(f"a person meets a traceback: {bench.said[-1200:]}")


@contextmanager
def _disk(bench: Bench, options: str) -> Iterator[Callable[[str], object]]:
    """The home on a disk in memory while the block runs; yields what changes that disk's options. What it holds is kept.

    Raises:
        NotPermitted: this account may not mount.
    """
    home = bench.settings.home
    with tempfile.TemporaryDirectory(dir=bench.work) as folder:
        kept = Path(folder) / "home"
        home.rename(kept)
        home.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"{options},mode=0700", "tmpfs", str(home)]
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode:
            home.rmdir()
            kept.rename(home)
            raise NotPermitted(f"mounting a disk in memory: {made.stderr.strip()}")
        try:
            subprocess.run(["cp", "-a", f"{kept}/.", str(home)], check=True)
            yield lambda changed: subprocess.run(["mount", "-o", f"remount,{changed}", str(home)], check=True)
        finally:
            shutil.rmtree(kept)
            subprocess.run(["cp", "-a", str(home), str(kept)], check=True)
            subprocess.run(["umount", "--lazy", str(home)], check=True)
            home.rmdir()
            kept.rename(home)
