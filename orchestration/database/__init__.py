"""DuckDB: connections and bulk inserts."""
