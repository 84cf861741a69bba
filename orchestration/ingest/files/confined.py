"""Parsing of workbooks, GeoJSON, registers and Parquet files in a separate process with limits on memory and time.

The libraries that parse them are compiled code: a file of a few kilobytes can make them allocate more memory than there is,
and the process ends without an error that Python could catch. Here only a helper process ends, and the file is refused. A helper
is started for the first such file and reads many: starting one takes a quarter of a second, a request about a millisecond.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from orchestration.ingest.files.workbook import Grid, Workbook
from orchestration.ingest.rules import Fault, UnreadableError, fault

# Beyond what the libraries themselves take: ten million cells as the library holds them, and the rows that are made of them.
MEGABYTES = 768
# Of processor time, and more for a larger file: a workbook of 100,000 records of twenty columns (7 MB) takes a quarter of what it
# has, on a machine of its own.
SECONDS, MOST_SECONDS = 15, 180
BYTES_PER_SECOND = 250_000
# Times as much may pass: for a helper that waits and computes nothing. Beside thirty other busy processes a good census workbook
# took more than a minute, and refusing it would be final.
WAIT = 20

_IN_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SNA_MEMORY_LIMIT")
_idle: list[_Process] = []


def open_workbook(path: Path, wanted: str | None, patterns: Sequence[str] = ()) -> Workbook:
    """As `workbook.open_workbook`."""
    grids: list[Grid] = []
    others = hidden = 0
    for kind, *values in _ask("open_workbook", path, wanted, list(patterns)):
        if kind == "result":
            ((others, hidden),) = values
        else:
            _take(grids, kind, values)
    return Workbook(tuple(grids), others, hidden)


def all_text(path: Path) -> Iterator[Grid]:
    """As `workbook.all_text`."""
    grids: list[Grid] = []
    for kind, *values in _ask("all_text", path):
        _take(grids, kind, values)
    yield from grids


def visible_sheets(path: Path) -> list[str]:
    """As `workbook.visible_sheets`."""
    ((_, names),) = _ask("visible_sheets", path)
    return list(names)


def sheet_rows(path: Path, kind: str, codes: Sequence[str] | None = None, *, header_only: bool = False) -> Iterator[list[Any]]:
    """As `records.sheet_rows`.

    Args:
        header_only: leave the rows out.
    """
    for _, rows in _ask("sheet_rows", path, kind, codes, header_only):
        yield from rows


def _take(grids: list[Grid], kind: str, values: list[Any]) -> None:
    if kind == "grid":
        name, merged = values
        grids.append(Grid(name, [], tuple(((top, left), (bottom, right)) for (top, left), (bottom, right) in merged)))
    else:
        grids[-1].rows.extend(values[0])  # type: ignore[attr-defined]


def _ask(call: str, path: Path, *arguments: Any) -> Iterator[list[Any]]:
    """The messages of an answer.

    Raises:
        UnreadableError: the file was refused, or the helper did not survive it.
        InterruptedError: somebody ended the helper, which says nothing of the file.
        FileNotFoundError: it has gone.
    """
    seconds = min(SECONDS + path.stat().st_size // BYTES_PER_SECOND, MOST_SECONDS)
    request = {"call": call, "arguments": [str(path), *arguments], "megabytes": MEGABYTES, "seconds": seconds}
    process = _ready(json.dumps(request).encode() + b"\n")
    is_ready, refused = False, []
    try:
        for message in process.messages(time.monotonic() + WAIT * seconds):
            if message[0] in ("ready", "gone"):
                is_ready = message[0] == "ready"
                break
            if message[0] == "refused":
                refused = message[1]
            else:
                yield message
    except TimeoutError:
        raise UnreadableError(_too_slow(seconds)) from None
    except EOFError:
        raise _death(process.status(), seconds) from None
    finally:
        if is_ready:
            _idle.append(process)
        else:
            process.end()
    if refused:
        raise UnreadableError(*(_fault(item) for item in refused))


def _fault(item: dict[str, Any]) -> Fault:
    return Fault(**{**item, "first_rows": tuple(item["first_rows"])})


def _too_slow(seconds: int) -> Fault:
    return fault("D16", detail=f"reading it takes more than {seconds} seconds")


def _death(status: int, seconds: int) -> UnreadableError | InterruptedError:
    """Why a helper has ended before its answer did."""
    if status in (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP):  # a service manager stops all processes of a refresh
        return InterruptedError("The program that reads workbooks and other returns was stopped. Next: `sna refresh`.")
    if status == -signal.SIGXCPU:
        return UnreadableError(_too_slow(seconds))
    if status in (-signal.SIGABRT, -signal.SIGKILL):  # how compiled code ends without memory, and how the kernel ends it
        return UnreadableError(fault("D16", detail="reading it needs more memory than a return should"))
    return UnreadableError(fault("D10", detail="the program that reads such files fails on it"))


def _ready(request: bytes) -> _Process:
    """A helper that has taken a request."""
    while True:
        try:
            process = _idle.pop()
        except IndexError:
            process = _Process()
            process.send(request)
            return process
        if process.is_alive():
            with suppress(BrokenPipeError):
                process.send(request)
                return process
        process.end()


class _Process:
    """A helper. Only the thread that took it from the list of idle ones uses it."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _IN_ENVIRONMENT if name in os.environ}
        # Threads of numerical libraries reserve much address space, which is limited.
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "orchestration.ingest.files.parser_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # its words may be those of the file
            env=environment,
            start_new_session=True,
        )

    def send(self, request: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(request)
        self._process.stdin.flush()

    def messages(self, deadline: float) -> Iterator[list[Any]]:
        """Messages as they come.

        Raises:
            TimeoutError: the next one had not come by the deadline (of the monotonic clock).
            EOFError: the helper has ended.
        """
        assert self._process.stdout is not None
        handle = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        rest = b""
        while True:
            if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
                raise TimeoutError
            data = os.read(handle, 1 << 20)
            if not data:
                raise EOFError
            *lines, last = data.split(b"\n")
            if lines:
                lines[0], rest = rest + lines[0], last
            else:
                rest += last
            yield from map(json.loads, lines)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def status(self) -> int:
        """How it has ended; negative: by which signal."""
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            return 0

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def _end_all() -> None:
    while _idle:
        _idle.pop().end()


atexit.register(_end_all)
# A forked process has no part in its parent's helpers.
os.register_at_fork(after_in_child=_idle.clear)
