"""Reshape the grids of a return into rows of the contract's columns, by the contract's layout.

What the layout skips (titles, notes, totals) is counted and reported; what it neither describes nor skips is a
fault. Returns are small, so this is plain Python; record-level CSV files are not reshaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.contracts.layouts import Table
from orchestration.contracts.model import FeedContract
from orchestration.ingest.files.headers import SOURCE, match_header, plain
from orchestration.ingest.files.workbook import Grid
from orchestration.ingest.rules import Fault, UnreadableError, fault

BETWEEN = " | "
# Marks of notes in headers and labels, as the analysis function's guidance writes them, and raised figures.
_NOTE = re.compile(r"\s*\[notes? [\d, ]+\]|[¹²³⁰⁴-⁹]+$", re.IGNORECASE)


@dataclass
class Shaped:
    """Rows of the contract's columns, each followed by the name of its sheet and its row there (the sheet's first row is 1).

    Attributes:
        columns: names of the contract's columns, in its order, and of what the area's map reads besides.
        blank: blank rows within tables.
        notes: what the layout passed over.
    """

    columns: tuple[str, ...]
    rows: list[list[str | None]] = field(default_factory=list)
    blank: int = 0
    notes: list[Fault] = field(default_factory=list)


def shape(grids: Iterable[Grid], contract: FeedContract) -> Shaped:
    """Apply every table of the contract to every grid.

    Raises:
        UnreadableError: a table is not there (D13), or its headers are not those of the contract (D04, D05, D06, D11).
    """
    sources = (f"{SOURCE}{header}" for header in contract.adapted.sources)
    shaped = Shaped((*(column.name for column in contract.columns), *sources))
    tables = contract.layout or (Table(),)
    for grid in grids:
        rows = [[_text(cell, bool(contract.layout)) for cell in row] for row in grid.rows]
        used: set[int] = set()
        for table in tables:
            if table.sheets is None or re.fullmatch(table.sheets, grid.name.strip()):
                used |= _TableReader(contract, table, grid, rows, shaped).read()
        around = [number for number, row in enumerate(rows, 1) if number not in used and any(row)]
        if around:
            shaped.notes.append(fault("I09", rows=len(around), first_rows=tuple(around[:10]), sheet=grid.name))
    return shaped


def headers(grid: Grid, top: int, depth: int) -> list[str]:
    """The headers that so many rows of a grid from one on (counted from 0) make; empty for a column without any text."""
    rows = [[_text(cell, is_label=True) for cell in row] for row in grid.rows[top : top + depth]]
    return [header or "" for header in _headers(grid, rows, top, ())]


def under(grid: Grid, table: Table, contract: FeedContract) -> tuple[list[str], list[list[str]]]:
    """The headers of a table that are to be columns' own, and the rows below them, for a header that nobody knows yet.

    What the layout skips, turns into rows or gathers is left out, and so are blank rows and those that name a section.

    Raises:
        UnreadableError: the table is not there (D13), or has none of the columns that become rows (D04).
    """
    reader = _TableReader(contract, table, grid, _lines(grid), Shaped(()))
    top = reader.top()
    if top is None:
        raise UnreadableError(fault("D13", expected=(table.start or ("",))[0], sheet=grid.name))
    body = [row for _, row in reader.body(top + table.header_rows) if any(row)]
    named = reader.headers(top, top + table.header_rows, body)
    places = list(reader.kinds(named)[2])
    if table.section:
        body = [row for row in body if sum(map(bool, row)) > 1]
    return (
        [named[place] or "" for place in places],
        [[row[place] if place < len(row) else "" for place in places] for row in body],
    )


def _lines(grid: Grid) -> list[list[str]]:
    """The rows of a sheet that a layout describes."""
    return [[_text(cell, is_label=True) for cell in row] for row in grid.rows]


def _text(cell: str, is_label: bool) -> str:
    """A cell; in a layout a label broken over two lines is one label, and the mark of a note no part of it."""
    if not is_label:
        return cell if cell.strip() else ""
    if cell.isascii() and cell.isalnum():  # most of a million cells are whole numbers
        return cell
    return _NOTE.sub("", " ".join(cell.split()))


class _TableReader:
    """One table on one grid."""

    def __init__(self, contract: FeedContract, table: Table, grid: Grid, rows: Sequence[list[str]], shaped: Shaped) -> None:
        self.contract, self.table, self.grid, self.rows, self.shaped = contract, table, grid, rows, shaped
        sheet = re.fullmatch(table.sheets, grid.name.strip()) if table.sheets else None
        self.made: dict[str, str | None] = {**table.constants, **(sheet.groupdict() if sheet else {})}

    def read(self) -> set[int]:
        """Add the table's rows to what is shaped; returns the numbers of the rows that belong to it, counted from 1."""
        top = self.top()
        if top is None:
            if self.table.optional:
                return set()
            if not self.table.start:
                raise UnreadableError(fault("D03"))
            raise UnreadableError(fault("D13", expected=self.table.start[0], sheet=self.grid.name))
        self._capture(top)
        bottom = top + self.table.header_rows
        body = list(self.body(bottom))
        self._require_whole(body, self.rows[bottom - 1])
        headers = self.headers(top, bottom, [row for _, row in body])
        self._rows(headers, body)
        return set(range(top + 1, bottom + 1)) | {number for number, _ in body}

    def _require_whole(self, body: Sequence[tuple[int, list[str]]], header: Sequence[str]) -> None:
        """Refuse text whose last record, if it belongs to the table, has fewer fields than the header.

        Sheets of a workbook are as wide as their widest row.
        """
        last = max((number for number, row in enumerate(self.rows, 1) if any(row)), default=0)
        cells = dict(body).get(last)
        named = max((place for place, label in enumerate(header, 1) if label), default=0)
        if cells is not None and not self.grid.name and len(cells) < named:
            raise UnreadableError(fault("D20", line=f"{last:,}", found=len(cells), fields=named))

    def top(self) -> int | None:
        """Where the header begins."""
        start = {plain(text) for text in self.table.start}
        below = self.table.below is None
        for number, row in enumerate(self.rows):
            if not below:
                below = any(cell and re.search(str(self.table.below), cell) for cell in row)
            elif (any(plain(cell) in start for cell in row) if start else any(row)) and number + 1 >= self.table.start_row:
                return number - self.table.start_row + 1
        return None

    def _capture(self, top: int) -> None:
        if self.table.capture is None:
            return
        pattern = re.compile(self.table.capture)
        found = next((match for row in self.rows[:top] for cell in row if cell and (match := pattern.search(cell))), None)
        if found is None:
            missing = [self.contract.by_name[name] for name in pattern.groupindex]
            raise UnreadableError(
                *(fault("D04", column.header, sheet=self.grid.name) for column in missing if not column.optional)
            )
        self.made |= found.groupdict()

    def body(self, bottom: int) -> Iterator[tuple[int, list[str]]]:
        """The rows between the header and the end, with their numbers, blank ones included."""
        for number, row in enumerate(self.rows[bottom:], bottom + 1):
            first = next((cell for cell in row if cell), None)
            if first is None and self.table.end_at_blank_row:
                return
            if first is not None and self.table.end and re.search(self.table.end, first):
                return
            yield number, row

    def headers(self, top: int, bottom: int, body: Sequence[Sequence[str]]) -> list[str | None]:
        return _headers(self.grid, self.rows[top:bottom], top, body)

    def _columns(self, headers: Sequence[str | None]) -> tuple[dict[int, re.Match[str]], dict[int, str | None], dict[int, str]]:
        """The places of columns that become rows, with what their headers say; of the others, with the contract's column; and of
        those that are gathered, with the column that takes them."""
        across, gathered, down = self.kinds(headers)
        names = match_header(list(down.values()), self.contract, self.table.made, self.grid.name)
        return across, dict(zip(down, names, strict=True)), gathered

    def kinds(self, headers: Sequence[str | None]) -> tuple[dict[int, re.Match[str]], dict[int, str], dict[int, str]]:
        """The places of columns that become rows, of those that are gathered, and of the others with their headers."""
        table = self.table
        left = {place: header for place, header in enumerate(headers) if header is not None}
        if table.skip_columns:
            skipped = {place for place, header in left.items() if header and re.search(table.skip_columns, header)}
            left = {place: header for place, header in left.items() if place not in skipped}
            if skipped:
                self._note("I12", len(skipped))
        across = {}
        if table.unpivot:
            across = {place: match for place, header in left.items() if (match := re.fullmatch(table.unpivot, header))}
            if not across:
                raise UnreadableError(fault("D04", self.contract.by_name[str(table.value)].header, sheet=self.grid.name))
        gathered = {
            place: name
            for name, pattern in table.gather.items()
            for place, header in left.items()
            if re.fullmatch(pattern, header)
        }
        return across, gathered, {p: header for p, header in left.items() if p not in across and p not in gathered}

    def _rows(self, headers: Sequence[str | None], body: Sequence[tuple[int, list[str]]]) -> None:
        table = self.table
        across, down, gathered = self._columns(headers)
        first = min(down, default=0)
        above: dict[str, str] = {}
        totals: list[int] = []
        for number, cells in body:
            if not any(cells):
                self.shaped.blank += 1
                continue
            row = cells + [""] * (len(headers) - len(cells))
            if table.section and row[first] and sum(map(bool, row)) == 1:
                self.made[table.section] = row[first]
                above.clear()
                continue
            known = {name: row[place] for place, name in down.items() if name}
            for name in table.fill_down:
                above[name] = known[name] = known.get(name) or above.get(name, "")
            values = {**known, **self.made, **_together(headers, row, gathered)}
            if any(re.search(pattern, values.get(name) or "") for name, pattern in table.totals.items()):
                totals.append(number)
                continue
            for place, match in across.items():
                self._add({**values, **match.groupdict(), str(table.value): row[place]}, number)
            if not across:
                self._add(values, number)
        if totals:
            self._note("I10", len(totals), totals)

    def _add(self, values: Mapping[str, str | None], number: int) -> None:
        self.shaped.rows.append([*(values.get(name) for name in self.shaped.columns), self.grid.name, str(number)])

    def _note(self, code: str, count: int, numbers: Sequence[int] = ()) -> None:
        self.shaped.notes.append(fault(code, rows=count, first_rows=tuple(numbers[:10]), sheet=self.grid.name))


def _headers(grid: Grid, rows: Sequence[list[str]], top: int, body: Sequence[Sequence[str]]) -> list[str | None]:
    """The header of each column, parts of merged and lower cells joined; None for a column without any text.

    Args:
        rows: of the header; the first is that of the grid at `top`.
    """
    lines = [list(row) for row in rows]
    width = max(map(len, lines))
    lines = [line + [""] * (width - len(line)) for line in lines]
    _spread_merged(grid, lines, top)
    joined = [BETWEEN.join(dict.fromkeys(filter(None, parts))) for parts in zip(*lines, strict=True)]
    filled = {place for row in body for place, cell in enumerate(row) if cell}
    joined += [""] * (max(filled, default=-1) + 1 - width)
    return [header if header or place in filled else None for place, header in enumerate(joined)]


def _spread_merged(grid: Grid, lines: list[list[str]], top: int) -> None:
    """Repeat the text of a heading over the columns below it.

    Where the format does not say which cells are merged, a heading reaches to the next one, if there is a lower one
    beneath it: a cell without is itself the heading of its column.
    """
    merged = [area for area in grid.merged if top <= area[0][0] < top + len(lines)]
    for (row, left), (last, right) in merged:
        for line in range(row - top, min(last - top + 1, len(lines))):
            for place in range(left, min(right + 1, len(lines[line]))):
                lines[line][place] = lines[row - top][left]
    if merged:
        return
    for upper, lower in pairwise(lines):
        heading = ""
        for place, cell in enumerate(upper):
            if cell:
                heading = cell if lower[place] else ""
            elif lower[place]:
                upper[place] = heading


def _together(headers: Sequence[str | None], row: Sequence[str], gathered: Mapping[int, str]) -> dict[str, str]:
    """Column → the filled cells that it takes together, each after its header."""
    found: dict[str, list[str]] = {}
    for place, name in gathered.items():
        if row[place]:
            found.setdefault(name, []).append(f"{headers[place]}={row[place]}")
    return {name: " ".join(cells) for name, cells in found.items()}
