"""Where the table of a sample is: on which sheet, below which rows, with how many rows of header, and what is below it.

An extract made for reading has a title above its header, a second header row, totals among its rows and notes at its end. What is
found is a `Table` of the map that `sna area map` writes, which a person reads and completes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from orchestration.contracts.layouts import Table
from orchestration.contracts.model import FeedContract
from orchestration.ingest.files import reshape
from orchestration.ingest.files.headers import plain
from orchestration.ingest.files.workbook import Grid
from orchestration.ingest.legal_gate.vocabulary import is_ordinary
from orchestration.ingest.rules import UnreadableError

# Filled rows, from the first one on, among which the header is sought, and how many it may have.
TOP_ROWS = 30
MOST_HEADER_ROWS = 2
# A table has so many headers at least; a title is one cell.
FEWEST_HEADERS = 2
# What the cell of a total begins with.
TOTAL = r"(?i)^(grand |sub[- ]?)?totals?\b"
# What of a sheet's name is of one delivery: a month, a year.
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]*[ry]|ch|il|e|ust)?"
_DATED = re.compile(rf"(\d{{2,}}|(?<![A-Za-z]){_MONTH}(?![A-Za-z]))", re.IGNORECASE)
# A number, and a reference or date among other text.
_DATUM = re.compile(r"^[\d.,/:\s-]*\d[\d.,/:\s-]*$|\d[/.:-]\d")

Likeness = Callable[[str], float]


@dataclass(frozen=True)
class Found:
    """The table of a sample.

    Attributes:
        rows: header first; without blank rows, totals and what is below.
        sheet: that has it; empty for text.
        layout: that finds it again; empty where it begins with the first filled row and nothing follows it, and where the
            contract has a layout that finds it.
        totals: headers of the columns in which cells say that their row is a total.
        made: columns that the layout of the contract fills, so that no header is theirs.
    """

    rows: list[list[str]]
    sheet: str = ""
    layout: tuple[Table, ...] = ()
    totals: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()


def find(grids: Sequence[Grid], contract: FeedContract, likeness: Likeness) -> Found:
    """The table of a sample by the layout of the contract or of the area's map; where that does not find it, by its headers.

    Args:
        grids: the visible sheets of a workbook, or the one of a text.
        likeness: of a header to the likeliest column, from 0 to 1; 0 where it is like none.
    """
    if known := [found for grid in grids for table in contract.layout if (found := _known(grid, table, contract))]:
        return _together(known)
    best = (0.0, 0, 0, grids[0])
    for grid in grids:
        for top in _tops(grid):
            for depth in range(1, MOST_HEADER_ROWS + 1):
                # Of headers that are alike the one with fewer rows, and the upper one.
                if (score := _score(grid, top, depth, likeness)) > best[0]:
                    best = score, top, depth, grid
    _, top, depth, grid = best
    if not depth:
        return Found(_filled(grid.rows), grid.name)
    return _proposed(grids, grid, top, depth, contract, likeness)


def _known(grid: Grid, table: Table, contract: FeedContract) -> Found | None:
    """A table of the contract's layout on a sheet; None where it is not there."""
    if table.sheets is not None and not re.fullmatch(table.sheets, grid.name.strip()):
        return None
    try:
        header, body = reshape.under(grid, table, contract)
    except UnreadableError:
        return None
    # A total whose header had no column when the map was written has one now.
    open_totals = [TOTAL] if contract.adapted.map and not table.totals else []
    found = _without_totals(Found([header, *body], grid.name), [*table.totals.values(), *open_totals])
    is_new = bool(open_totals and found.totals)
    return replace(
        found, layout=(table,) if is_new else (), totals=found.totals if is_new else frozenset(), made=frozenset(table.made)
    )


def _together(tables: Sequence[Found]) -> Found:
    """Several tables as one, with a column for each header that any of them has."""
    header = list(dict.fromkeys(label for table in tables for label in table.rows[0]))
    rows = [dict(zip(table.rows[0], row, strict=False)) for table in tables for row in table.rows[1:]]
    # What only some tables fill has a header in the others.
    made = frozenset.intersection(*(table.made for table in tables))
    one = tables[0] if len(tables) == 1 else Found([])
    cells = [[row.get(label, "") for label in header] for row in rows]
    return Found([header, *cells], tables[0].sheet, one.layout, one.totals, made)


def _tops(grid: Grid) -> list[int]:
    """Places of the filled rows in which a header may begin."""
    filled = [place for place, row in enumerate(grid.rows[: 4 * TOP_ROWS]) if any(cell.strip() for cell in row)]
    return filled[:TOP_ROWS]


def _score(grid: Grid, top: int, depth: int, likeness: Likeness) -> float:
    """How much these rows are like a header: the sum over their labels; 0 where a lower row has data."""
    rows = grid.rows[top : top + depth]
    if len(_filled(rows)) < depth or any(_DATUM.search(cell.strip()) for row in rows[1:] for cell in row):
        return 0.0
    labels = [label for label in reshape.headers(grid, top, depth) if label]
    if len(labels) < FEWEST_HEADERS or len(set(labels)) < len(labels):
        return 0.0
    return sum(map(likeness, labels))


def _proposed(grids: Sequence[Grid], grid: Grid, top: int, depth: int, contract: FeedContract, likeness: Likeness) -> Found:
    """The table of the likeliest sheet, and of all others that have the same headers: one for each district, month or year."""
    start, start_row = _start(grid.rows[:top], grid.rows[top : top + depth], likeness)
    if start is None:
        return Found(_filled(grid.rows[top:]), grid.name)
    table = Table(start=(start,), header_rows=depth, start_row=start_row)
    labels = sorted(map(plain, reshape.under(grid, table, contract)[0]))
    alike = [one for one in grids if one is grid or _has(one, table, labels, contract)]
    endings = [_end(reshape.under(one, table, contract)[1]) for one in alike]
    words = [word for ending in endings for word in ending]
    end = rf"^({'|'.join(dict.fromkeys(words))})\b" if words else None
    table = replace(table, sheets=_sheets(grids, alike), end=end)
    tables = [
        _without_totals(Found([header, *body], one.name), [TOTAL])
        for one in alike
        for header, body in [reshape.under(one, table, contract)]
    ]
    found = replace(
        _together(tables), sheet=grid.name, layout=(table,), totals=frozenset().union(*(one.totals for one in tables))
    )
    is_plain = (
        len(alike) == depth == 1 and not _filled(grid.rows[:top]) and end is None and not found.totals and not contract.layout
    )
    return replace(found, layout=()) if is_plain else found


def _has(grid: Grid, table: Table, labels: Sequence[str], contract: FeedContract) -> bool:
    """Whether a sheet has a table with these headers, in plain form and sorted."""
    try:
        return sorted(map(plain, reshape.under(grid, table, contract)[0])) == labels
    except UnreadableError:
        return False


def _sheets(grids: Sequence[Grid], alike: Sequence[Grid]) -> str | None:
    """A pattern of the names of the sheets that have the table; None for text.

    Where several have it, all but those that lack it are named: a sheet that the next delivery has besides, such as that of
    another month, is read, or refused if it has another table. Sheets that are passed over would be missed by nobody.
    """
    if not grids[0].name:
        return None
    others = [_sheet(one.name.strip()) for one in grids if one not in alike]
    if not others:
        return ".*"
    return _sheet(alike[0].name.strip()) if len(alike) == 1 else f"(?!(?:{'|'.join(others)})$).*"


def _sheet(name: str) -> str:
    """A pattern of a sheet's name, in which month and year may be others: the next delivery has those of its own."""
    parts = [part for part in _DATED.split(name) if part]
    return "".join(
        rf"\d{{{len(part)}}}" if part.isdigit() else "[A-Za-z]+" if _DATED.fullmatch(part) else re.escape(part) for part in parts
    )


def _start(above: Sequence[Sequence[str]], header: Sequence[Sequence[str]], likeness: Likeness) -> tuple[str | None, int]:
    """A text of the header that no row above has, by which it is found again, and in which of its rows it is (from 1).

    It is written into the map, so it is one that is like a column and may not be somebody's name.
    """
    seen = {plain(cell) for row in above for cell in row} | {""}
    for number, row in enumerate(header, 1):
        new = [cell.strip() for cell in row if plain(cell) not in seen and likeness(cell.strip()) > 0]
        if new:
            return max(new, key=likeness), number
        seen |= {plain(cell) for cell in row}
    return None, 1


def _without_totals(found: Found, patterns: Sequence[str]) -> Found:
    header, *body = found.rows
    said = [(row, [place for place, cell in enumerate(row) if any(re.search(p, cell) for p in patterns)]) for row in body]
    places = {place for _, totals in said for place in totals}
    kept = [row for row, totals in said if not totals]
    return replace(found, rows=[header, *kept], totals=frozenset(header[place] for place in places if header[place]))


def _end(body: Sequence[Sequence[str]]) -> list[str]:
    """The first words of the notes below a table, which are rows with one filled cell; none where one may name somebody."""
    words: list[str] = []
    for row in reversed(body):
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) != 1 or re.search(TOTAL, filled[0]):
            break
        word = re.match(r"[A-Za-z]+", filled[0])
        if word is None or not is_ordinary(word[0].lower()):
            return []
        words.append(word[0])
    return list(reversed(words)) if len(words) < len(body) else []


def _filled(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
