"""What dbt registers in each of its connections. A refresh does the same without importing dbt, which takes most of a second."""

from __future__ import annotations

import duckdb
import exact
import spatial_extension
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):  # type: ignore[misc]
    """Adds the project's functions and the spatial extension to a connection of dbt."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register both."""
        exact.register(conn)
        spatial_extension.register(conn)
