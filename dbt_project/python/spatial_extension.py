"""DuckDB's spatial extension, from the wheel of the lock file and never from a download."""

from __future__ import annotations

import duckdb


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Import the extension's file where DuckDB looks for it, and load it into a connection."""
    import duckdb_extensions

    duckdb_extensions.import_extension("spatial", con=con)
    con.execute("load spatial")
