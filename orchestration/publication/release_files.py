"""The files of a release: one DuckDB file with its comments, and each table of it as Parquet and CSV.

sna_marts.duckdb
parquet/<schema>/<table>.parquet
csv/<schema>/<table>.csv

CSV files begin with a byte order mark, by which Excel reads them as UTF-8, and in them a text that a spreadsheet would run as a
formula is behind an apostrophe; DuckDB and Parquet hold it as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from orchestration.text.spreadsheets import disarmed_sql, unusual_sql

if TYPE_CHECKING:
    import duckdb

# "schema.table" → its description, and those of its columns by name.
Descriptions: TypeAlias = Mapping[str, tuple[str, Mapping[str, str]]]
Kind: TypeAlias = str  # "parquet" or "csv"

# What the manifest of a release says whose CSV files hold nothing that a spreadsheet would run.
DISARMED = "csv_disarmed"
# What the manifest of a release says whose CSV files begin with a byte order mark.
MARKED = "csv_byte_order_mark"
BYTE_ORDER_MARK = "\ufeff"
# 1.0 clients must be able to read what 1.5 writes.
STORAGE: Mapping[str, str] = {"storage_compatibility_version": "v1.0.0"}
OPTIONS: Mapping[Kind, str] = {"parquet": "format parquet, compression zstd", "csv": "format csv, header"}


def path(kind: Kind, schema: str, table: str) -> str:
    """Path of a table's file below the folder of its release."""
    return f"{kind}/{schema}/{table}.{kind}"


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    kind: Kind,
    tables: Iterable[tuple[str, str]],
    *,
    disarmed: bool = True,
    marked: bool = True,
) -> None:
    """Write (schema, table) of the connected database below a release's folder, rows in the order of the table.

    Args:
        disarmed: false for the CSV files of a release that was published with formulas as they are, and is restored.
        marked: false for those of one that was published without byte order marks.
    """
    for schema, table in tables:
        target = folder / path(kind, schema, table)
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = f'(from "{schema}"."{table}")'
        columns = con.execute(f'describe "{schema}"."{table}"').fetchall() if kind == "csv" else []
        if kind == "csv" and disarmed and (texts := _unusual(con, schema, table, columns)):
            replaced = ", ".join(f"{disarmed_sql(name)} as {name}" for name in texts)
            rows = f"(select * replace ({replaced}) {rows[1:-1]})"
        if kind == "csv" and marked:
            # COPY has no option for the mark: it goes before the name of the first column.
            rows = f'(from {rows} as marked ("{BYTE_ORDER_MARK}{columns[0][0]}"))'
        con.execute(f"copy {rows} to '{quoted(str(target))}' ({OPTIONS[kind]})")


def _unusual(con: duckdb.DuckDBPyConnection, schema: str, table: str, columns: Iterable[Sequence[str]]) -> list[str]:
    """Columns with a text that might be run: to look for one takes less time than to prepare the search in each column."""
    texts = [f'"{name}"' for name, kind, *_ in columns if kind == "VARCHAR"]
    if not texts:
        return []
    look = ", ".join(f"bool_or({unusual_sql(name)})" for name in texts)
    (found,) = con.execute(f'select {look} from "{schema}"."{table}"').fetchall()
    return [name for name, is_unusual in zip(texts, found, strict=True) if is_unusual]


def link(earlier: Path, folder: Path, name: str) -> bool:
    """Share a file of an earlier release, without a copy; False where the file system has no hard links."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(earlier / name, folder / name)
    except OSError:
        return False
    return True


def describe(con: duckdb.DuckDBPyConnection, descriptions: Descriptions) -> None:
    """Descriptions as comments on the tables and columns of the connected database, where BI tools look for them."""
    columns = con.execute(
        """select table_schema || '.' || table_name, format('"{}"."{}"', table_schema, table_name), column_name
           from information_schema.columns where table_catalog = current_database() order by all"""
    ).fetchall()
    for name, table in sorted({(name, table) for name, table, _ in columns}):
        if text := descriptions.get(name, ("", {}))[0]:
            con.execute(f"comment on table {table} is '{quoted(text)}'")
    for name, table, column in columns:
        if words := descriptions.get(name, ("", {}))[1].get(column):
            con.execute(f"""comment on column {table}."{column}" is '{quoted(words)}'""")


def quoted(text: str) -> str:
    """Text as it is written within a literal of SQL."""
    return text.replace("'", "''")
