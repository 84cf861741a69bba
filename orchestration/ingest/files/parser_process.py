"""The helper process for libraries that a file can make crash or run out of memory.

It reads requests from its standard input and writes answers to its standard output, as lines of JSON:

    {"call": "open_workbook", "arguments": [...], "megabytes": 768, "seconds": 20}
    ["grid", name, merged]   a sheet begins         ["rows", [[...], ...]]   rows of it, or of the file
    ["result", value]        a result without rows  ["refused", [fault, ...]]                the file is refused
    ["ready"] or ["gone"]    end of the answer; the process accepts another request, or ends

Memory and processor time are limited by the kernel for each request; if an allocation beyond that ends this process, its parent
sees the exit status (`confined`). It has no key and no secret in its environment.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import repeat
from pathlib import Path
from typing import Any

from orchestration.ingest.files import workbook
from orchestration.ingest.files.records import sheet_rows
from orchestration.ingest.files.workbook import Grid
from orchestration.ingest.files.workbook_scan import MAX_CHARACTERS
from orchestration.ingest.rules import UnreadableError, fault, unforeseen

# No cell of a return is longer; a boundary is one cell of some megabytes.
MAX_CELL_CHARACTERS = 1_000_000
MAX_GEOMETRY_CHARACTERS = 12_000_000
# DuckDB reads lines of 16 MB (`batch.MAX_LINE_BYTES`).
MAX_ROW_CHARACTERS = 14_000_000
# Cells of workbooks that are not blank: their grids are held in memory.
MAX_FILLED = 4_000_000
# Rows of a workbook that are blank and before others that are not. A return has some between its title and its tables.
MAX_BLANK_ROWS = 50_000
ROWS_PER_LINE = 500
MB = 1024 * 1024

Message = list[Any]


def main() -> None:
    """Answer requests until there are no more, or memory has grown for good."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    start = address_space()
    for line in sys.stdin.buffer:
        for message in answer(json.loads(line)):
            out.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        grown = address_space() > start + 256 * MB
        out.write(b'["gone"]\n' if grown else b'["ready"]\n')
        out.flush()
        if grown:
            return


def answer(request: dict[str, Any]) -> Iterator[Message]:
    """All messages of one request; whatever happens, it ends with an answer."""
    _limit(request["megabytes"] * MB, request["seconds"])
    try:
        yield from CALLS[request["call"]](*request["arguments"])
    except UnreadableError as error:
        yield ["refused", [asdict(item) for item in error.faults]]
    except (KeyboardInterrupt, SystemExit, BrokenPipeError):
        raise
    except BaseException as error:  # a panic of compiled code is no Exception
        yield ["refused", [asdict(unforeseen(error))]]


def _limit(memory: int, seconds: int) -> None:
    """Limits from here on: address space beyond what is in use, and processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    for what, most in (
        (resource.RLIMIT_AS, address_space() + memory),
        (resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def address_space() -> int:
    """Bytes of address space in use; as many as there can be where the kernel does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 40


def _open_workbook(path: str, wanted: str | None, patterns: Sequence[str]) -> Iterator[Message]:
    book = workbook.open_workbook(Path(path), wanted, patterns)
    yield from _grids(book.grids)
    yield ["result", [book.others, book.hidden]]


def _all_text(path: str) -> Iterator[Message]:
    yield from _grids(workbook.all_text(Path(path)))


def _grids(grids: Iterable[Grid]) -> Iterator[Message]:
    bounds = _Bounds(MAX_CELL_CHARACTERS, MAX_FILLED)
    for grid in grids:
        yield ["grid", grid.name, grid.merged]
        yield from _in_lines(_to_last_filled(grid.rows, bounds), bounds)


def _to_last_filled(rows: Iterable[Sequence[Any]], bounds: _Bounds) -> Iterator[Sequence[Any]]:
    """Rows up to the last that is not blank: a program may write a million of them to format a column.

    Raises:
        UnreadableError: D16, where there are too many among the others.
    """
    blank = 0
    for number, row in enumerate(rows, 1):
        if not any(row):
            blank += 1
            continue
        bounds.check_blank(number, blank)
        yield from repeat((), blank)
        blank = 0
        yield row


def _visible_sheets(path: str) -> Iterator[Message]:
    yield ["result", workbook.visible_sheets(Path(path))]


def _sheet_rows(path: str, kind: str, codes: Sequence[str] | None, header_only: bool) -> Iterator[Message]:
    rows = sheet_rows(Path(path), kind, codes)
    if header_only:
        rows = iter([next(rows)])
    yield from _in_lines(rows, _Bounds(MAX_GEOMETRY_CHARACTERS if kind == "geojson" else MAX_CELL_CHARACTERS, None))


def _in_lines(rows: Iterable[Sequence[Any]], bounds: _Bounds) -> Iterator[Message]:
    lines: list[Sequence[Any]] = []
    size = 0
    for number, row in enumerate(rows, 1):
        size += bounds.check(number, row)
        lines.append(row)
        if len(lines) == ROWS_PER_LINE or size > MB:
            yield ["rows", lines]
            lines, size = [], 0
    if lines:
        yield ["rows", lines]


class _Bounds:
    """What the cells of a file may be together.

    Args:
        longest: characters of one cell.
        filled: cells that are not blank, with their characters; None where rows are not held in memory.
    """

    def __init__(self, longest: int, filled: int | None) -> None:
        self.longest, self.most, self.filled, self.characters, self.blank = longest, filled, 0, 0, 0

    def check_blank(self, number: int, before: int) -> None:
        """Count blank rows before one that is not.

        Raises:
            UnreadableError: D16.
        """
        self.blank += before
        if self.blank > MAX_BLANK_ROWS:
            raise UnreadableError(
                fault("D16", detail=f"{self.blank:,} blank rows are before row {number:,}, which has something")
            )

    def check(self, number: int, row: Sequence[str | None]) -> int:
        """Characters of a row.

        Raises:
            UnreadableError: D16.
        """
        lengths = [len(cell) for cell in row if cell]
        size = sum(lengths)
        if size > self.longest and max(lengths) > self.longest:
            raise UnreadableError(fault("D16", detail=f"row {number:,} has a cell of {max(lengths):,} characters"))
        if size + 3 * len(row) > MAX_ROW_CHARACTERS:
            raise UnreadableError(fault("D16", detail=f"row {number:,} has {size:,} characters"))
        self.filled, self.characters = self.filled + len(lengths), self.characters + size
        if self.most is not None and (self.filled > self.most or self.characters > MAX_CHARACTERS):
            raise UnreadableError(
                fault("D16", detail=f"it has more than {self.filled:,} cells with {self.characters:,} characters")
            )
        return size


CALLS: dict[str, Callable[..., Iterator[Message]]] = {
    "open_workbook": _open_workbook,
    "all_text": _all_text,
    "visible_sheets": _visible_sheets,
    "sheet_rows": _sheet_rows,
}


if __name__ == "__main__":
    main()
