"""Many rows into a table in one statement: the driver's `executemany` costs a statement per row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows into a table's first columns; those that are left take their default.

    Args:
        table: as `schema.name`.
        rows: values in the order of the columns, all of the same length.
    """
    if not rows:
        return
    # Of the table alone: to list the columns of a whole warehouse takes longer than most inserts.
    known = con.table(table)
    columns = dict(list(zip(known.columns, map(str, known.types), strict=True))[: len(rows[0])])
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    con.execute(
        f"insert into {table} ({', '.join(columns)}) select unnest(from_json(?::json, ?), max_depth := 2)",
        [json.dumps(records, default=str), json.dumps([columns])],
    )
