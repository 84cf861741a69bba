"""Health and social-care deliveries are refused whole where anything in them identifies a person.

The Serious Violence Duty gives no power to disclose such information: Police, Crime, Sentencing and Courts Act 2022, section
16(4). So the whole file is looked through before a row of it is read: every cell of every sheet, hidden ones and unknown
columns included, headings, comments, text boxes, page headers, sheet names, and the copies of data that pivot tables, charts and
links keep. Not looked at: the file's properties, which name its author. What is found is told by kind and row; the text itself is
shown nowhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import database
from orchestration.contracts import FeedContract
from orchestration.ingest.births import AGE, births
from orchestration.ingest.confined import everything, sheet_rows
from orchestration.ingest.headers import plain
from orchestration.ingest.identifiers import KINDS, MACROS, folded
from orchestration.ingest.pseudonyms import MACROS as CHECK_DIGIT
from orchestration.ingest.reading import accepted_type, plain_text
from orchestration.ingest.rules import Fault, fault
from orchestration.ingest.typing import literal
from orchestration.ingest.workbook import Grid

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BETWEEN = " | "


def applies(contract: FeedContract) -> bool:
    """Whether deliveries of this feed may not identify anybody."""
    return contract.sharing == "no_personal_identifiers"


def scan(path: Path, contract: FeedContract, start: date) -> tuple[Fault, ...]:
    """What identifies people in a file: one fault per kind and sheet, none where there is nothing.

    Args:
        start: first day of the delivery's period.

    Raises:
        UnreadableError: the file cannot be looked through.
    """
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    with database.connect() as db:
        db.execute(CHECK_DIGIT + MACROS)
        for grid in _grids(path, contract):
            rows = [[folded(cell) for cell in row] for row in grid.rows]
            for kind, number in _identifiers(db, rows, contract):
                found[kind, grid.name].add(number)
            if not contract.layout:
                for number in _births(rows, contract, start.year):
                    found["birth", grid.name].add(number)
    return tuple(
        fault("D17", rows=len(numbers), first_rows=tuple(sorted(numbers)[:10]), what=KINDS[kind])
        for (kind, _), numbers in sorted(found.items())
    )


def _grids(path: Path, contract: FeedContract) -> Iterator[Grid]:
    """All text of a file. Sheet names are text too, so no grid of a workbook is told by its name."""
    data = path.read_bytes()
    kind = accepted_type(data, path, contract)
    if kind in ("xlsx", "ods"):
        yield from everything(path)
    elif kind in ("csv", "tsv"):
        text, _ = plain_text(data, kind)
        text = text if text is not None else data.decode("utf-8-sig")
        try:
            yield Grid("", list(csv.reader(io.StringIO(text, newline=""))))
        except csv.Error:
            yield Grid("", [[line] for line in text.splitlines()])
    else:
        yield Grid("", [["" if cell is None else str(cell) for cell in row] for row in sheet_rows(path, kind)])


def _identifiers(db: DuckDBPyConnection, rows: Sequence[Sequence[str]], contract: FeedContract) -> Iterator[tuple[str, int]]:
    """Kind and row number of each identifier, and of each heading that announces one and is not the contract's."""
    own = ", ".join(literal(plain(label)) for column in contract.columns for label in (column.header, *column.aliases))
    yield from db.execute(
        "select distinct unnest(identifiers_in(words)) as kind, row from "
        "(select unnest($words::varchar[]) as words, generate_subscripts($words::varchar[], 1) as row)",
        {"words": [BETWEEN.join(filter(None, row)) for row in rows]},
    ).fetchall()
    # Every cell of a small sheet can be a heading; in a file of records only the first row is one.
    places = list(enumerate(rows, 1)) if contract.layout else [(n, row) for n, row in enumerate(rows, 1) if any(row)][:1]
    labels = [(number, _spaced(cell)) for number, row in places for cell in row if 0 < len(cell) <= 60]
    yield from db.execute(
        "select distinct 'heading', row from (select unnest($rows::integer[]) as row, unnest($labels::varchar[]) as label) "
        f"where is_identifier_heading(label) and label not in ({own})",
        {"rows": [number for number, _ in labels], "labels": [label for _, label in labels]},
    ).fetchall()


def _spaced(heading: str) -> str:
    """`PtName` and `pt_name` as `pt name`."""
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", heading))


def _births(rows: Sequence[Sequence[str]], contract: FeedContract, period: int) -> Iterator[int]:
    """Row numbers of dates of birth that no label announces, in columns that hold no dates."""
    first = next((number for number, row in enumerate(rows, 1) if any(row)), 1)
    header = [plain(label) for label in rows[first - 1]] if rows else []
    labels = {plain(label): column for column in contract.columns for label in (column.header, *column.aliases)}
    dated = {label for label, column in labels.items() if column.type in ("date", "timestamp")}
    # Records tell of people; a sheet of notes may well tell when a code list was made.
    records = not labels.keys().isdisjoint(header)
    for place in range(max(map(len, rows), default=0)):
        label = header[place] if place < len(header) else ""
        if label not in dated:
            cells = [(n, row[place]) for n, row in enumerate(rows, 1) if place < len(row) and not (records and n == first)]
            yield from births(cells, period, of_people=records, about_age=AGE.search(label) is not None)
