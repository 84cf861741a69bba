"""A refresh that found nothing to do: what it printed, and the state of all files that it went by.

    <home>/idle.json    {"state": SHA-256 (hex), "lines": [[text, options], ...]}

While the state is the same, the next refresh prints the same lines and need not read contracts, landing log and release again:
that is most of its time. The state is of names, kinds, sizes, owners, permissions, inodes and times of change; no content is
read. The time of change of an inode (`ctime`) cannot be set back, so whatever writes to a file changes the state.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.home import whole_file
from orchestration.home.environment import PROJECT
from orchestration.home.settings import Settings
from orchestration.ingest.files import regular_files
from orchestration.operations import last_failure

FILE = "idle.json"
# A file may change again within the same tick of the file system's clock: a state with a change as recent as this is not kept.
SETTLED_SECONDS = 2.0
# What decides whether something is new, besides the home and the landing zone.
CODE = ("areas", "dbt_project", "expectations", "orchestration", "raw/contracts", "vault")
HISTORY = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
LISTED_BESIDE = "demonstration.json"

Line = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class State:
    """Of all files that a refresh goes by.

    Attributes:
        digest: SHA-256 (hex).
        is_settled: whether none of them has just changed.
    """

    digest: str
    is_settled: bool

    @classmethod
    def of(cls, settings: Settings) -> State | None:
        """The state now; None where a folder or file cannot be looked at."""
        began, newest, digest = time.time(), 0, hashlib.sha256()
        variables = sorted((name, value) for name, value in os.environ.items() if name.startswith("SNA_"))
        digest.update(repr((sys.version, os.geteuid(), os.getegid(), os.getgroups(), str(settings), variables)).encode())
        try:
            for path, found in _files(settings):
                digest.update(repr((path, found)).encode())
                newest = max(newest, *found[-2:])
        except OSError:
            return None
        return cls(digest.hexdigest(), newest / 1e9 < began - SETTLED_SECONDS)


def recall(settings: Settings) -> list[Line] | None:
    """What a refresh printed that found nothing to do in the present state; None where there was none."""
    try:
        known = json.loads(regular_files.read_small(settings.home / FILE))
        state = State.of(settings)
        if state is None or known["state"] != state.digest:
            return None
        return [(str(text), dict(options)) for text, options in known["lines"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember(settings: Settings, before: State | None, lines: Iterable[Line]) -> None:
    """Keep what a refresh printed, unless something has changed since it began.

    Args:
        before: the state when it began.
    """
    if before is None or not before.is_settled or State.of(settings) != before:
        return
    # On a full disk there is nothing to do all the same.
    with suppress(OSError):
        whole_file.write(settings.home / FILE, json.dumps({"state": before.digest, "lines": list(lines)}))


def _files(settings: Settings) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Path, and what the file system says, of each file that a refresh goes by; the times last, in nanoseconds."""
    home, published = settings.home, settings.published
    # Readers open the warehouse too, but a refresh asks only whether it is there.
    yield str(settings.warehouse), (int(settings.warehouse.exists()), 0)
    names = ("home.json", "pseudonym.json", last_failure.FILE)
    for file in (*(home / name for name in names), *(settings.dagster_home / name for name in HISTORY)):
        yield from _one(file)
    # A live home refuses what a folder above its landing zone lists as part of a demonstration.
    for folder in settings.raw.parents:
        yield from _one(folder / LISTED_BESIDE)
    # What a link in the landing zone leads to outside it is never read, and a sender could lead to a whole disk.
    for folder in (settings.raw, home / "secrets"):
        yield from _below(str(folder))
    yield from _below(str(settings.landing), through_links=True)
    yield from _below(str(published), deep=False)
    yield from _below(os.path.realpath(published / "current"))
    for name in CODE:
        yield from _below(str(PROJECT / name), through_links=True)
    if own := os.environ.get("SNA_AREAS"):
        yield from _below(str(Path(own).expanduser()), through_links=True)


def _below(folder: str, *, deep: bool = True, through_links: bool = False) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every file below a folder; nothing where there is no such folder.

    Args:
        through_links: those of linked folders too, each folder once.
    """
    waiting, linked = [folder], {os.path.realpath(folder)}
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(above) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            yield above, (0, 0)
            continue
        for entry in entries:
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode):
                if entry.name != "__pycache__":
                    # What is in a folder is listed; when it was changed says nothing more.
                    yield entry.path, (found.st_mode, found.st_uid, found.st_gid, 0, 0)
                    if deep:
                        waiting.append(entry.path)
                continue
            yield entry.path, _about(found)
            if stat.S_ISLNK(found.st_mode):
                yield from _one(Path(entry.path), through=str(Path(entry.path).readlink()))
                if through_links and entry.is_dir() and (real := os.path.realpath(entry.path)) not in linked:
                    linked.add(real)
                    waiting.append(entry.path)


def _one(path: Path, through: str = "") -> Iterator[tuple[str, tuple[int, ...]]]:
    """A single file, where a link leads."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        yield f"{path} {through}", (0, 0)
        return
    about = (found.st_mode, found.st_ino, 0, 0) if stat.S_ISDIR(found.st_mode) else _about(found)
    yield f"{path} {through}", about


def _about(found: os.stat_result) -> tuple[int, ...]:
    return found.st_mode, found.st_ino, found.st_size, found.st_uid, found.st_gid, found.st_mtime_ns, found.st_ctime_ns
