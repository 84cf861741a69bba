"""Health and social-care deliveries are refused whole where anything in them identifies a person.

The Serious Violence Duty confers no power to disclose such information: Police, Crime, Sentencing and Courts Act 2022, section
16(4). So the whole file is searched before a row of it is read. What the contract explains (a label of the list, a code of the
pattern, a number within its bounds, a date near the period) identifies nobody. All the rest is searched: free text, unknown
columns, values that are not on their list, headings, notes, and what a workbook contains outside cells (`parts`). Numbers and
addresses are found by pattern (`identifiers`), dates of birth by age (`birth_dates`), names by shape (`names`). A finding is
reported by kind and row, never by its text.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.contracts.model import Column, FeedContract
from orchestration.ingest.files.confined import all_text, sheet_rows
from orchestration.ingest.files.headers import plain
from orchestration.ingest.files.readers import accepted_type, plain_text
from orchestration.ingest.files.text_bounds import fields_of
from orchestration.ingest.files.workbook import Grid
from orchestration.ingest.legal_gate import identifier_search, parts
from orchestration.ingest.legal_gate.birth_dates import AGE, BIRTH_YEARS, birth_dates
from orchestration.ingest.legal_gate.explained import Explained, is_number
from orchestration.ingest.legal_gate.identifiers import KINDS, vehicle
from orchestration.ingest.legal_gate.names import Evidence, evidence
from orchestration.ingest.legal_gate.readings import folded, readings
from orchestration.ingest.rules import Fault, UnreadableError, fault
from orchestration.ingest.values.column_sql import literal, text, typed_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BETWEEN = " | "
LONGEST_HEADING = 60
# From so many moments on, all of them at midnight, a column holds days and no moments.
MIDNIGHTS = 5
# In how many different months dates of another period may be before they are no delivery's of that period.
MONTHS_OF_ONE_DELIVERY = 3
# Of text so much is searched at a time, and no more rows altogether.
PIECE_CELLS, PIECE_CHARACTERS = 200_000, 16_000_000
MAX_ROWS = 5_000_000
SHORTLY_BEFORE = timedelta(days=31)


@dataclass
class Found:
    """What a search found.

    Attributes:
        faults: for which the file is refused; empty where nobody is identified.
        doubtful: row → header of the column whose text may name somebody, where nothing makes it certain.
    """

    faults: tuple[Fault, ...] = ()
    doubtful: dict[int, str] = field(default_factory=dict)


def applies(contract: FeedContract) -> bool:
    """Whether deliveries of this feed may not identify anybody."""
    return contract.sharing == "no_personal_identifiers"


def scan(path: Path, contract: FeedContract, start: date) -> tuple[Fault, ...]:
    """What identifies people in a file: one fault per kind and place, none where there is nothing.

    Args:
        start: first day of the delivery's period.

    Raises:
        UnreadableError: the file cannot be looked through.
    """
    return search(path, contract, start).faults


def search(
    path: Path, contract: FeedContract, start: date, end: date | None = None, db: DuckDBPyConnection | None = None
) -> Found:
    """The same with the rows in which a text may name somebody.

    Args:
        db: of `identifier_search.connect`, where many files are searched; None for one that is closed afterwards.

    Raises:
        UnreadableError: the file cannot be looked through.
    """
    rows: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    found = Found()
    kind = accepted_type(path.read_bytes(), path, contract)
    with ExitStack() as opened:
        db = db or opened.enter_context(identifier_search.connect())
        for grid, before in _grids(path, kind, contract.adapted.delimiter):
            sheet = _Sheet(db, grid, contract, start, end or start + timedelta(days=31))

            def numbered(row: int, first: int = sheet.first, before: int = before) -> int:
                return row if row <= first else row + before

            for what, number in sheet.identifiers():
                rows[what, ""].add(numbered(number))
            found.doubtful |= {numbered(number): header for number, header in sheet.doubtful().items()}
        strange: tuple[str, ...] = ()
        if kind in ("xlsx", "ods"):
            contents = parts.examine(path)
            strange = contents.strange
            for what, part in _in_parts(db, contents.texts, contract, start.year):
                rows[what, part].add(1)
    found.faults = tuple(
        fault(
            "D17",
            rows=len(numbers),
            first_rows=() if part else tuple(sorted(numbers)[:10]),
            what=f"{KINDS[what]}, in {part}" if part else KINDS[what],
        )
        for (what, part), numbers in sorted(rows.items())
    ) or tuple(fault("D40", part=part) for part in strange)
    return found


def _grids(path: Path, kind: str, delimiter: str) -> Iterator[tuple[Grid, int]]:
    """All cells of a file, and how many rows are left out behind the header of a grid.

    Sheet names are text too, so no grid of a workbook is identified by its name. Text comes in pieces, each with the header.
    """
    if kind in ("xlsx", "ods"):
        yield from ((grid, 0) for grid in all_text(path))
    elif kind in ("csv", "tsv"):
        yield from _pieces(path.read_bytes(), kind, delimiter)
    else:
        yield Grid("", [["" if cell is None else str(cell) for cell in row] for row in sheet_rows(path, kind)]), 0


def _pieces(data: bytes, kind: str, delimiter: str) -> Iterator[tuple[Grid, int]]:
    content, _ = plain_text(data, kind, delimiter)
    data = data if content is None else content.encode()
    del content
    head: list[list[str]] = []
    piece: list[list[str]] = []
    before = cells = characters = 0
    for row in _rows(data):
        if not any(map(any, head)):
            head.append(row)
            continue
        piece.append(row)
        cells, characters = cells + max(len(row), 1), characters + sum(map(len, row))
        if cells > PIECE_CELLS or characters > PIECE_CHARACTERS:
            yield Grid("", [*head, *piece]), before
            before, piece, cells, characters = before + len(piece), [], 0, 0
        if before > MAX_ROWS:
            raise UnreadableError(fault("D16", detail=f"it has more than {MAX_ROWS:,} rows"))
    if piece or not before:
        yield Grid("", [*head, *piece]), before


def _rows(data: bytes) -> Iterator[list[str]]:
    try:
        yield from fields_of(data)
    except csv.Error:
        raise UnreadableError(fault("D10", detail="a row could not be split into fields")) from None


@dataclass(frozen=True)
class _Cell:
    """A text that the contract does not explain; `column` is None where it has none of this header."""

    row: int
    place: int
    text: str
    column: Column | None


class _Sheet:
    """One sheet, its columns matched to the contract's, and the cells that are not explained."""

    def __init__(self, db: DuckDBPyConnection, grid: Grid, contract: FeedContract, start: date, end: date) -> None:
        self.db, self.contract, self.start, self.end = db, contract, start, end
        self.rows = [[folded(cell) for cell in row] for row in grid.rows]
        self.first = next((number for number, row in enumerate(self.rows, 1) if any(row)), 1)
        header = [plain(label) for label in self.rows[self.first - 1]] if self.rows else []
        labels = {plain(label): column for column in contract.columns for label in (column.header, *column.aliases)}
        # Records are about people; a sheet of notes may well say when a code list was made.
        self.of_records = not contract.layout and not labels.keys().isdisjoint(header)
        self.header = header if self.of_records else []
        self.columns = {place: labels[label] for place, label in enumerate(self.header) if label in labels}
        self.explained = Explained(contract)
        self.dates = {place: self._typed(place) for place, column in self.columns.items() if column.type in ("date", "timestamp")}
        self.cells = list(self._unexplained())

    def _typed(self, place: int) -> Mapping[str, datetime]:
        """The texts of a column of dates that are dates."""
        column = self.columns[place]
        texts = sorted({row[place].strip() for row in self.rows[self.first :] if place < len(row) and row[place].strip()})
        name = text(column.name)
        typed = f"select {name}, ({typed_sql(column)})::timestamp from (select unnest($texts::varchar[]) as {name})"
        return {written: moment for written, moment in self.db.execute(typed, {"texts": texts}).fetchall() if moment is not None}

    def _unexplained(self) -> Iterator[_Cell]:
        for number, row in enumerate(self.rows, 1):
            for place, cell in enumerate(row):
                written = cell.strip()
                if written and not self._is_explained(number, place, written):
                    yield _Cell(number, place, cell, self.columns.get(place) if number > self.first else None)

    def _is_explained(self, number: int, place: int, written: str) -> bool:
        if not self.of_records:
            return self.explained.anywhere(written) or is_number(written)
        if number == self.first:
            return self.explained.as_header(written)
        if place in self.dates:
            return written in self.dates[place]
        return place in self.columns and self.explained.in_column(self.columns[place], written)

    def identifiers(self) -> Iterator[tuple[str, int]]:
        """Kind and row number of each identifier."""
        by_row: defaultdict[int, list[str]] = defaultdict(list)
        for cell in self.cells:
            by_row[cell.row].append(cell.text)
        yield from identified(self.db, [(number, BETWEEN.join(texts)) for number, texts in by_row.items()])
        named = (cell for cell in self.cells if evidence(cell.text) is Evidence.NAME)
        yield from (("name", cell.row) for cell in named if not self._is_mapped(cell))
        yield from self._headings()
        if not self.contract.layout:
            yield from (("birth", number) for number in self._birth_dates())
        yield from (("birth", number) for number in self._disguised_birth_dates())

    def _is_mapped(self, cell: _Cell) -> bool:
        """Whether it is a header that the area's map passes over or makes a column of: somebody has read it as a header."""
        adapted = self.contract.adapted
        named = map(plain, (*adapted.not_used, *adapted.sources))
        return self.of_records and cell.row == self.first and plain(cell.text) in set(named)

    def doubtful(self) -> dict[int, str]:
        """Row → header of a free text that may name somebody."""
        return {
            cell.row: cell.column.header
            for cell in self.cells
            if cell.column and cell.column.free_text and cell.column.treatment == "drop" and evidence(cell.text) is Evidence.DOUBT
        }

    def _headings(self) -> Iterator[tuple[str, int]]:
        """Headings that announce an identifier and are not the contract's."""
        # Every cell of a small sheet can be a heading; in a file of records only the first row is one.
        labels = [
            (cell.row, _spaced(cell.text))
            for cell in self.cells
            if len(cell.text) <= LONGEST_HEADING and (self.contract.layout or cell.row == self.first)
        ]
        if not labels:
            return
        yield from self.db.execute(
            "select distinct 'heading', row from (select unnest($rows::integer[]) as row, unnest($labels::varchar[]) as label) "
            f"where is_identifier_heading(label) and label not in ({', '.join(map(literal, self.explained.headers))})",
            {"rows": [number for number, _ in labels], "labels": [label for _, label in labels]},
        ).fetchall()

    def _birth_dates(self) -> Iterator[int]:
        """Rows with dates of birth that no label announces."""
        by_place: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for cell in self.cells:
            if not (self.of_records and cell.row == self.first):
                by_place[cell.place].append((cell.row, cell.text))
        for place, cells in by_place.items():
            about_age = AGE.search(self.header[place] if place < len(self.header) else "") is not None
            yield from birth_dates(cells, self.start.year, of_people=self.of_records, about_age=about_age)

    def _disguised_birth_dates(self) -> Iterator[int]:
        """Rows whose dates are of a column of dates, and are dates of birth by their distance from the period or their
        midnights."""
        for place, typed in self.dates.items():
            column = self.columns[place]
            dated = [
                (n, typed[row[place].strip()])
                for n, row in enumerate(self.rows, 1)
                if place < len(row) and row[place].strip() in typed
            ]
            far = [(number, moment) for number, moment in dated if moment.year <= self.start.year - BIRTH_YEARS]
            months = {(moment.year, moment.month) for _, moment in far}
            if column.name != self.contract.period.column or len(months) > MONTHS_OF_ONE_DELIVERY:
                yield from (number for number, _ in far)
            if column.type == "timestamp" and self._are_days(moment for _, moment in dated):
                yield from (number for number, _ in dated)

    def _are_days(self, moments: Iterable[datetime]) -> bool:
        """Whether all moments are midnights, and most of them of no day about the period."""
        days = list(moments)
        if len(days) < MIDNIGHTS or any(moment.time() != time() for moment in days):
            return False
        near = [day for day in days if self.start - SHORTLY_BEFORE <= day.date() < self.end]
        return len(near) * 2 < len(days)


def identified(db: DuckDBPyConnection, texts: Sequence[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    """Kind and number of each text that holds an identifier; the patterns run over each different text once."""
    meant = {written: readings(written) for _, written in texts}
    if not meant:
        return
    found = {
        written: _plainest([*what, *(["number"] if vehicle(meant[written]) else [])])
        for written, what in identifier_search.kinds_of(db, meant).items()
    }
    yield from ((what, number) for number, written in texts for what in found[written])


def _plainest(kinds: list[str]) -> set[str]:
    """Without the kinds of number that a number may be taken for as well."""
    found = set(kinds)
    for kind, others in (("nhs", ("phone", "number")), ("phone", ("number",)), ("postcode", ("number",))):
        if kind in found:
            found -= set(others)
    return found


# Kinds of text outside cells → what is ordinary in them.
_NOT_SOUGHT = {
    "prose": frozenset[str](),
    "technical": frozenset({"name", "script"}),
    "style": frozenset({"name", "script"}),
    "author": frozenset({"name", "email", "script"}),
}


# Names of styles are of words that no dictionary has, and begin with "MS".
_TITLED = re.compile(r"\b(?i:mr|mrs|miss|mx)\b\.? ?[A-Z]")


def _in_parts(
    db: DuckDBPyConnection, texts: Sequence[parts.Text], contract: FeedContract, year: int
) -> Iterator[tuple[str, str]]:
    """Kind and part of each identifier outside cells."""
    explained = Explained(contract)
    searched = [
        (number, folded(one.text))
        for number, one in enumerate(texts)
        if not explained.anywhere(one.text) and not is_number(one.text)
    ]
    for what, number in identified(db, searched):
        if what not in _NOT_SOUGHT[texts[number].kind]:
            yield what, texts[number].part
    for number, written in searched:
        if texts[number].kind == "style" and _TITLED.search(written):
            yield "name", texts[number].part
        if texts[number].kind == "prose":
            if evidence(written) is Evidence.NAME:
                yield "name", texts[number].part
            if any(birth_dates([(number, written)], year, of_people=False, about_age=False)):
                yield "birth", texts[number].part


def _spaced(heading: str) -> str:
    """`PtName` and `pt_name` as `pt name`."""
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", heading))
