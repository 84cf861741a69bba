"""What a page is made of: tables of figures, and charts that each have a table with the same figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporting.figures import Figure

Cell = Figure | str


@dataclass(frozen=True)
class Table:
    """A table: one head a row, then cells.

    Attributes:
        id: unique on its page.
        caption: what it shows, with its period and unit.
        heads: of the columns, the first one being that of the row heads.
        rows: (row head, cells).
        notes: below it, each a sentence.
        source: the published table that it is read from.
    """

    id: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    notes: Sequence[str] = ()
    source: str = ""

    @property
    def figures(self) -> list[Figure]:
        return [cell for _, cells in self.rows for cell in cells if isinstance(cell, Figure)]


@dataclass(frozen=True)
class Chart:
    """A chart beside its table.

    Attributes:
        id: unique in the report; also the name of its file.
        title: what it shows.
        description: in words: kind, axes, and what its marks mean, for who sees it and who does not.
        data: what is drawn, one mapping per mark; every number in it is a figure of the table.
        drawing: the Altair chart; None where it cannot be drawn.
        table: with the same figures.
        why_not: why it cannot be drawn.
        specification: kind, dimensions and period where the release specifies the chart.
    """

    id: str
    title: str
    description: str
    table: Table | None
    drawing: Any = None
    data: Sequence[Mapping[str, Any]] = ()
    why_not: str = ""
    specification: Mapping[str, Any] = field(default_factory=dict)
