"""DuckDB: every connection, and how rows of Python get in."""
