"""Loads DuckDB's spatial extension into every connection of dbt, from the wheel of the lock file and never from a download."""

from __future__ import annotations

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):  # type: ignore[misc]
    """Adds the functions and types of the extension to a connection."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Import the extension's file where DuckDB looks for it, and load it."""
        import duckdb_extensions

        duckdb_extensions.import_extension("spatial", con=conn)
        conn.execute("load spatial")
