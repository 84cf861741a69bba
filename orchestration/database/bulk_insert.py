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
    schema, name = table.split(".")
    columns = con.execute(
        "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
        [schema, name],
    ).fetchall()[: len(rows[0])]
    names = [column for column, _ in columns]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    con.execute(
        f"insert into {table} ({', '.join(names)}) select unnest(from_json(?::json, ?), max_depth := 2)",
        [json.dumps(records, default=str), json.dumps([dict(columns)])],
    )
