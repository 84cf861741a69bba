"""How a table is arranged on the sheets of a return: what a contract's custom property `layout` says.

Agencies' returns are made for reading: titles above, notes below, merged headers, totals among the rows, years across the page. A
layout describes such a table once, so that ingestion can turn it into rows of the contract's columns. Every name in it is the
name of a contract column; named groups of its patterns fill the column of that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, WrapValidator
from pydantic.alias_generators import to_camel

# How pydantic reads a dataclass of a contract: its fields in camel case, as the standard writes its own, and no others.
IN_A_CONTRACT: ConfigDict = {"extra": "forbid", "alias_generator": to_camel, "coerce_numbers_to_str": True}


def check_pattern(pattern: str | None) -> str | None:
    """A regular expression as it is; raises a ValueError where it is none."""
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return pattern


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
        gather: column → pattern of the headers whose filled cells it takes together, each as `header=cell`, a space between;
            where rows of their own would be too many.
        capture: pattern found in a cell above the table, such as the month that a return is for.
        constants: column → its value on every row, such as which table it was.
    """

    __pydantic_config__ = IN_A_CONTRACT

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
    gather: Mapping[str, str] = field(default_factory=dict)
    capture: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        patterns = (self.sheets, self.below, self.end, self.skip_columns, self.unpivot, self.capture)
        for pattern in (*patterns, *self.totals.values(), *self.gather.values()):
            check_pattern(pattern)
        if (self.unpivot is None) != (self.value is None):
            raise ValueError("unpivot and value go together")
        if not 1 <= self.start_row <= self.header_rows:
            raise ValueError("startRow is one of the headerRows, counted from 1")

    @property
    def made(self) -> set[str]:
        """Columns that the layout fills, so that no header names them."""
        groups = {
            name for pattern in (self.sheets, self.unpivot, self.capture) if pattern for name in re.compile(pattern).groupindex
        }
        return groups | set(self.constants) | set(self.gather) | {name for name in (self.section, self.value) if name}

    @property
    def named(self) -> set[str]:
        """Columns that the layout names."""
        return self.made | set(self.totals) | set(self.fill_down)

    def as_written(self) -> dict[str, Any]:
        """What of it is not as a table has it without saying, by the names that a contract writes."""
        unsaid = Table()
        return {
            to_camel(each.name): list(value) if isinstance(value, tuple) else value
            for each in fields(self)
            if (value := getattr(self, each.name)) != getattr(unsaid, each.name)
        }


def listed(given: Any) -> Any:
    """One thing as a list of it."""
    return given if isinstance(given, list) else [given]


def _table(given: Any, table: Callable[[Any], Table]) -> Table:
    """A table of a layout, in which one text may be written without a list."""
    if isinstance(given, Mapping):
        given = {name: listed(value) if name in ("start", "fillDown") else value for name, value in given.items()}
    made = table(given)
    if not made.start:
        raise ValueError("start is missing: the text of a header cell")
    return made


Layout = Annotated[tuple[Annotated[Table, WrapValidator(_table)], ...], BeforeValidator(listed)]
