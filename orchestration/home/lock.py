"""Locks: one refresh at a time per home, one process at a time per file, and which runs are alive.

All are file locks, which end with their process: a killed process holds nothing, and no process id in a file has to be trusted.
"""

from __future__ import annotations

import fcntl
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orchestration.home import permissions
from orchestration.home.disk_errors import FULL
from orchestration.home.environment import analysts_group
from orchestration.home.identity import require_folder
from orchestration.home.settings import rename_audience

# How often a waiting process looks again, in seconds.
LOOK_AGAIN = 0.25
# Asking who holds the home takes it for a moment: nobody is sent away because of that.
PATIENCE_SECONDS = 0.5

_held: set[Path] = set()
# Homes that are held after somebody was killed in them, and where nobody has cleared up yet: by whom.
_left: dict[Path, str] = {}


class HomeLockedError(RuntimeError):
    """Another process works on the same home; the message names it."""


@contextmanager
def hold(home: Path, *, wait_seconds: float = 0, on_wait: Callable[[str], object] = lambda _: None) -> Iterator[bool]:
    """Hold the home while the block runs; within a process that holds it already nothing changes.

    A home that is taken is brought up to date first: its permissions, and what an earlier version called otherwise.

    Yields whether an earlier holder was killed and what it left is still there: its id stays in the file until `cleared`.

    Args:
        wait_seconds: how long to wait for another process; `math.inf` for as long as it takes.
        on_wait: called once, before waiting, with a text that names the process.

    Raises:
        HomeLockedError: another process holds it, and still does after the wait.
        HomeError: it is no folder.
        SettingsError: `SNA_ANALYSTS_GROUP` cannot be used, or the permissions cannot be set.
    """
    home = home.resolve()
    if home in _held:
        yield False
        return
    group = analysts_group()
    require_folder(home)
    home.mkdir(parents=True, exist_ok=True)
    with (home / "refresh.lock").open("a+") as file:
        deadline = time.monotonic() + max(wait_seconds, PATIENCE_SECONDS)
        reported = not wait_seconds
        while not _taken(file):
            holder = f"Process {_written(file)} is working on {home}"
            if time.monotonic() >= deadline:
                raise HomeLockedError(f"{holder}. Try again when it has finished, or wait for it with `--wait`.")
            if not reported:
                on_wait(holder)
                reported = True
            time.sleep(LOOK_AGAIN)
        rename_audience(home)
        permissions.apply(home, group)
        if before := _written(file):
            _left[home] = before
        _write(file, str(os.getpid()))
        _held.add(home)
        try:
            yield bool(before)
        finally:
            _held.discard(home)
            _write(file, _left.pop(home, ""))


def cleared(home: Path) -> None:
    """What a killed holder left is no longer there. The caller holds the home."""
    _left.pop(home.resolve(), None)


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """One process at a time, for what takes seconds; another waits. The file is made beside what it is about, and stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held_here(home: Path) -> bool:
    """Whether this process holds a home."""
    return home.resolve() in _held


def seconds(wait: bool) -> float:
    """How long `--wait` waits, and how long its absence does."""
    return math.inf if wait else 0


def holder(home: Path) -> str | None:
    """Who works on a home, as `process 123`, or None."""
    path = home / "refresh.lock"
    if not path.exists():
        return None
    with path.open("r") as file:
        return None if _taken(file) else f"process {_written(file)}"


@contextmanager
def alive(folder: Path, run_id: str) -> Iterator[None]:
    """Show that a run's process lives for as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / run_id
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_alive(folder: Path, run_id: str) -> bool | None:
    """Whether a run's process is alive; None where it never took its lock."""
    try:
        with (folder / run_id).open("r") as file:
            return not _taken(file)
    except FileNotFoundError:
        return None


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(file: IO[str], text: str) -> None:
    """Replace what the file says; a full disk takes nothing, and the commands that make room on it must run all the same."""
    os.ftruncate(file.fileno(), 0)
    try:
        os.write(file.fileno(), text.encode())
    except OSError as error:
        if error.errno not in FULL:
            raise


def _written(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip()
