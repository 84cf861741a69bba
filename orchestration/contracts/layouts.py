"""How a table is arranged on the sheets of a return: what a contract's custom property `layout` says.

Agencies' returns are made for reading: titles above, notes below, merged headers, totals among the rows, years across the page. A
layout describes such a table once, so that ingestion can turn it into rows of the contract's columns. Every name in it is the
name of a contract column; named groups of its patterns fill the column of that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """One table of a layout, on every sheet that it names.

    Attributes:
        start: texts of which one is in a header cell; the first row with it is where the table begins. Empty: the first row
            that is not blank.
        sheets: pattern of the whole name of the sheets that hold the table; None for the contract's one sheet, or a CSV file.
        below: pattern of a cell above the table, where several tables of one sheet begin alike.
        header_rows: rows of header; their cells are joined with " | ", those of merged cells being repeated.
        start_row: which of them, counted from 1, holds the start text.
        end: pattern of the first filled cell of the row after the last one, where notes begin.
        end_at_blank_row: whether a blank row ends the table.
        optional: whether a sheet may lack the table.
        totals: column → pattern of its cells in rows that are totals of others and left out.
        skip_columns: pattern of headers that are left out, such as totals across.
        section: column filled by rows that have text in their first cell only, for the rows below them.
        fill_down: columns whose blank cells take the value above, as merged cells leave them.
        unpivot: pattern of the headers whose columns become rows.
        value: column that takes their cells.
        capture: pattern found in a cell above the table, such as the month that a return is for.
        constants: column → its value on every row, such as which table it was.
    """

    start: tuple[str, ...] = ()
    sheets: str | None = None
    below: str | None = None
    header_rows: int = 1
    start_row: int = 1
    end: str | None = None
    end_at_blank_row: bool = False
    optional: bool = False
    totals: Mapping[str, str] = field(default_factory=dict)
    skip_columns: str | None = None
    section: str | None = None
    fill_down: tuple[str, ...] = ()
    unpivot: str | None = None
    value: str | None = None
    capture: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def made(self) -> set[str]:
        """Columns that the layout fills, so that no header names them."""
        groups = {
            name for pattern in (self.sheets, self.unpivot, self.capture) if pattern for name in re.compile(pattern).groupindex
        }
        return groups | set(self.constants) | {name for name in (self.section, self.value) if name}


_NAMES = {
    "start": "start",
    "sheets": "sheets",
    "below": "below",
    "headerRows": "header_rows",
    "startRow": "start_row",
    "end": "end",
    "endAtBlankRow": "end_at_blank_row",
    "optional": "optional",
    "totals": "totals",
    "skipColumns": "skip_columns",
    "section": "section",
    "fillDown": "fill_down",
    "unpivot": "unpivot",
    "value": "value",
    "capture": "capture",
    "constants": "constants",
}
_PATTERNS = ("sheets", "below", "end", "skip_columns", "unpivot", "capture")


def tables(given: Any, columns: Collection[str], fail: Callable[[str], Exception]) -> tuple[Table, ...]:
    """The tables of a layout: one mapping, or a list of them.

    Args:
        columns: names of the contract's columns.
        fail: makes the error of a message.

    Raises:
        Exception: what `fail` makes, where the layout is not understood.
    """
    if not given:
        return ()
    return tuple(_table(one, columns, fail) for one in (given if isinstance(given, list | tuple) else [given]))


def _table(given: Any, columns: Collection[str], fail: Callable[[str], Exception]) -> Table:
    if not isinstance(given, Mapping) or (unknown := sorted(set(given) - set(_NAMES))):
        what = f"unknown {', '.join(unknown)}" if isinstance(given, Mapping) else "not a mapping"
        raise fail(f"layout: {what}; known are {', '.join(_NAMES)}.")
    values = {_NAMES[name]: value for name, value in given.items()}
    for name in ("start", "fill_down"):
        values[name] = tuple(map(str, _several(values.get(name))))
    for name in ("totals", "constants"):
        values[name] = {str(key): str(value) for key, value in values.get(name, {}).items()}
    for pattern in (*(values[name] for name in _PATTERNS if values.get(name)), *values["totals"].values()):
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise fail(f"layout: {pattern!r} is not a regular expression: {error}.") from error
    table = Table(**values)
    if not table.start:
        raise fail("layout: start is missing: the text of a header cell.")
    if (table.unpivot is None) != (table.value is None):
        raise fail("layout: unpivot and value go together.")
    if not 1 <= table.start_row <= table.header_rows:
        raise fail("layout: startRow is one of the headerRows, counted from 1.")
    named = table.made | set(table.totals) | set(table.fill_down)
    if strange := sorted(named - set(columns)):
        raise fail(f"layout: {strange[0]!r} is not a column of the contract.")
    return table


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
