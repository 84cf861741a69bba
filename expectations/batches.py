"""The lines that a suite's query returns, as DuckDB has them and as the frame that Great Expectations reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import duckdb

from expectations import privacy
from expectations.rules import Suite

if TYPE_CHECKING:
    import pandas as pd

# A gate must cost the same for a county and for the country: what is heavy is aggregated in SQL.
MAX_LINES = 100_000


class BatchTooLargeError(RuntimeError):
    """A suite's query returns more lines than a batch may have."""


@dataclass(frozen=True)
class Batch:
    """The lines of one suite.

    Attributes:
        columns: name → DuckDB type.
        lines: in the order of the query.
    """

    sql: str
    columns: dict[str, str]
    lines: Sequence[tuple[Any, ...]]
    con: duckdb.DuckDBPyConnection = field(repr=False)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The same lines as pandas has them. Asks the warehouse again; needed only where not every rule holds."""
        return self.con.execute(self.sql).df()

    def values(self, column: str) -> list[Any]:
        """A column, line by line.

        Raises:
            ValueError: the batch has no such column.
        """
        place = list(self.columns).index(column)
        return [line[place] for line in self.lines]


def draw(suite: Suite, con: duckdb.DuckDBPyConnection) -> Batch:
    """The batch of a suite.

    Raises:
        PersonalDataError: the query would bring a personal column out of the warehouse.
        BatchTooLargeError: it has more than `MAX_LINES` lines.
    """
    sql = f"from (\n{suite.sql}\n) limit {MAX_LINES + 1}"
    con.execute(sql)
    columns = {name: str(kind) for name, kind, *_ in con.description or ()}
    privacy.refuse(columns)
    lines = con.fetchall()
    if len(lines) > MAX_LINES:
        raise BatchTooLargeError(suite.title)
    return Batch(sql, columns, lines, con)
