"""Every connection to DuckDB: its memory limit, its spill folder, and the advice where memory is too small.

Both are set when a file is opened. Once DuckDB has spilled, it refuses `set temp_directory`, even to the same folder, so no
later statement may set it; dbt's profile sets the same values as `config_options`. DuckDB's own defaults, 80% of the memory of
the machine and a folder beside the file or in the working directory, would take memory from others and write where readers look.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import disk_errors
from orchestration.home.environment import LIMIT, memory_limit, size_in_bytes

if TYPE_CHECKING:
    import duckdb

MB = 1_000_000
# Smallest limits, in MB, with which each step of the demonstration county ended (1.27 million rows, two threads;
# docs/how-to/limit-memory.md).
NEEDED_MB = {"landing": 100, "deliveries": 100, "facts": 150, "gate": 100, "marts": 300, "published": 50, "vault": 200}

# How DuckDB says so, also where dbt or splink pass it on as text.
OUT_OF_MEMORY = (
    "Out of Memory Error",
    "failed to allocate data of size",
    "could not allocate block of size",
    "failed to pin block",
)


class NotEnoughMemoryError(RuntimeError):
    """A step cannot be done within its memory limit; the message says which limit, and about how much the step needs."""


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


def is_out_of_memory(error: BaseException | str) -> bool:
    """Whether DuckDB had too little memory; a full disk, to which it could not spill, is another matter."""
    text = "\n".join(map(str, disk_errors.chain(error)))
    return any(words in text for words in OUT_OF_MEMORY) and not any(words in text for words in disk_errors.FULL_WORDS)


def not_enough(error: BaseException | str, step: str, variable: str = LIMIT) -> str | None:
    """What to do where DuckDB had too little memory for a step; None where that was not the reason.

    How much is needed is a measurement, not an estimate: the smallest limit with which the step ended on the demonstration
    county (`NEEDED_MB`). Where the limit is that or more, nothing is known but that more is needed, and twice as much is named.

    Args:
        step: as Dagster names it, or `vault`.
        variable: the setting that holds the limit.
    """
    if not is_out_of_memory(error):
        return None
    limit = memory_limit(variable)
    configured, measured = size_in_bytes(limit) / MB, NEEDED_MB.get(step.partition("_")[0], 0)
    known = configured < measured
    needed = f"{measured if known else 2 * configured:.0f}MB"
    about = f"needs about {needed}" if known else "needs more, how much is not known"
    return f"not enough memory with {variable}={limit}; this step {about}. Set {variable}={needed} or more."


@contextmanager
def explained(step: str, variable: str = LIMIT) -> Iterator[None]:
    """Replace an error that came from too little memory with the advice of `not_enough`.

    Raises:
        NotEnoughMemoryError: that was the reason; the message begins with the step.
    """
    try:
        yield
    except Exception as error:
        if message := not_enough(error, step, variable):
            raise NotEnoughMemoryError(f"{step}: {message}") from None
        raise
