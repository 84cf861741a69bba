"""The places in a refresh where something durable changes, found without a hook in the production code.

Every function of `os` that changes a name or waits for the disk, every file opened for writing, every statement with which DuckDB
changes something, and every step that Dagster starts or ends: each calls `reached(label, after)`. Labels hold neither process
ids nor times, so that the same label is the same place in another run.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

Reached = Callable[[str, bool], None]

FILE_CALLS = ("rename", "replace", "symlink", "link", "mkdir", "unlink", "rmdir", "fsync", "chmod", "truncate")
CHANGING = ("create", "insert", "delete", "update", "drop", "alter", "copy", "begin", "commit", "checkpoint", "attach", "detach")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_VARYING = re.compile(r"\d{8}t\d{12}z-[0-9a-f]{8}|[0-9a-f-]{32,}|\b[0-9a-f]{16}\b|(?<=\.)\d+\b", re.IGNORECASE)
# What Dagster catches of the output has random names, and nothing is read from it.
_PASSED_OVER = "dagster/storage"


def act(action: str) -> None:
    """Do what a request asks for at its point:

    kill                      this process and its group
    clock SECONDS             the clock jumps
    remove FILE               it is deleted
    append FILE               a line is written at its end
    replace FILE BY           another file, or a link to one, takes its place, as a rename does it
    """
    what, *arguments = shlex.split(action)
    if what == "kill":
        os.killpg(os.getpid(), signal.SIGKILL)
    elif what == "clock":
        shift_clock(float(arguments[0]))
    elif what == "remove":
        _real["unlink"](arguments[0])
    elif what == "append":
        # Not by opening the file, which is a point itself.
        subprocess.run(["tee", "-a", arguments[0]], input=b"half,a,li", stdout=subprocess.DEVNULL, check=True)
    elif what == "replace":
        _real["replace"](arguments[1], arguments[0])
    else:
        raise ValueError(action)


def wire(home: Path, reached: Reached) -> None:
    """Wire this process for good: `reached` is called at every point whose file is below `home`."""
    wire_files(home, reached)
    _wire_duckdb(home, reached)
    _wire_steps(reached)


def wire_files(home: Path, reached: Reached) -> None:
    """As `wire`, of what a command without Dagster does: calls of `os`, and files opened for writing."""
    for name in FILE_CALLS:
        _wire_file_call(name, home, reached)
    _wire_opening(home, reached)


_real = {"unlink": os.unlink, "replace": os.replace}


def _wire_file_call(name: str, home: Path, reached: Reached) -> None:
    real = getattr(os, name)

    @functools.wraps(real)
    def wired(*arguments: Any, **options: Any) -> Any:
        target = arguments[1] if name in ("rename", "replace", "symlink", "link") else arguments[0]
        place = _below(home, target)
        if place is None:
            return real(*arguments, **options)
        reached(f"{name} {place}", False)
        result = real(*arguments, **options)
        reached(f"{name} {place}", True)
        return result

    setattr(os, name, wired)


def _wire_opening(home: Path, reached: Reached) -> None:
    import sys

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
            place = _below(home, arguments[0])
            if place is not None:
                reached(f"open {place}", False)

    sys.addaudithook(hook)


def _wire_duckdb(home: Path, reached: Reached) -> None:
    import duckdb

    for name in ("execute", "close"):
        _wire_connection(duckdb.DuckDBPyConnection, name, home, reached)


def _wire_connection(kind: Any, name: str, home: Path, reached: Reached) -> None:
    real = getattr(kind, name)

    def wired(self: Any, *arguments: Any, **options: Any) -> Any:
        words = str(arguments[0]).replace(f"{home}{os.sep}", "").lower().split() if arguments else []
        if name == "execute" and (not words or words[0] not in CHANGING):
            return real(self, *arguments, **options)
        label = " ".join(["duckdb", name if name == "close" else _VARYING.sub("*", " ".join(words[:4]))])
        reached(label, False)
        result = real(self, *arguments, **options)
        reached(label, True)
        return result

    setattr(kind, name, wired)


def _wire_steps(reached: Reached) -> None:
    from orchestration.defs.progress import ProgressReporter

    real = ProgressReporter.emit

    def emit(self: ProgressReporter, record: Any) -> None:
        real(self, record)
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is not None and event.event_type_value in ("STEP_START", "STEP_SUCCESS"):
            reached(f"step {meta['step_key']}", event.event_type_value == "STEP_SUCCESS")

    ProgressReporter.emit = emit  # type: ignore[method-assign]


def _below(home: Path, target: Any) -> str | None:
    """The place of a path or open file below the home, without what differs from run to run; None outside of it."""
    if isinstance(target, int):
        try:
            target = Path(f"/proc/self/fd/{target}").readlink()
        except OSError:
            return None
    text = os.path.abspath(os.fsdecode(target))  # noqa: PTH100 - a link itself, not what it leads to
    if not text.startswith(f"{home}{os.sep}"):
        return None
    place = text[len(str(home)) + 1 :]
    return None if place.startswith(_PASSED_OVER) else _VARYING.sub("*", place)


def shift_clock(seconds: float) -> None:
    """Make this process's clock wrong: `time.time` and what this project's modules call `datetime`."""
    import sys

    real_time = time.time

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(real_time() + seconds, tz)

    time.time = lambda: real_time() + seconds
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "orchestration" and getattr(module, "datetime", None) is datetime:
            module.datetime = Shifted  # type: ignore[attr-defined]
