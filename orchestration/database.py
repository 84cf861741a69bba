"""Every connection to DuckDB: its memory limit, and the folder that it may spill to.

Both are given when a file is opened. Once DuckDB has spilled, it refuses `set temp_directory`, even to the same folder, so no
later statement may set it; dbt's profile gives the same values as `config_options`. DuckDB's own defaults, 80% of the memory of
the machine and a folder beside the file or in the working directory, would take memory from others and write where readers look.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.settings import memory_limit

if TYPE_CHECKING:
    import duckdb


def connect(
    file: Path | None = None,
    *,
    spill: Path | None = None,
    read_only: bool = False,
    limit: str | None = None,
    options: dict[str, str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a file, or a database in memory, with a memory limit.

    DuckDB makes the folder to spill to when it first needs it, and removes it when the connection is closed.

    Args:
        file: None for a database in memory.
        spill: folder for this connection alone (`make_room`). None: nothing is written to disk, and what does not fit in
            memory fails.
        limit: in DuckDB's notation; None for that of `SNA_MEMORY_LIMIT`.
        options: more of DuckDB's configuration.

    Raises:
        SettingsError: `SNA_MEMORY_LIMIT` is no size.
        duckdb.Error: the file cannot be opened.
    """
    import duckdb

    if spill is not None:
        make_room(spill)
    config = {"memory_limit": limit or memory_limit(), "temp_directory": str(spill or ""), **(options or {})}
    return duckdb.connect(str(file or ":memory:"), read_only=read_only, config=dict(config))


def make_room(spill: Path) -> None:
    """Make the parent of a folder to spill to, readable by its owner only: DuckDB makes just the folder, readable by all."""
    spill.parent.mkdir(parents=True, exist_ok=True)
    spill.parent.chmod(0o700)
