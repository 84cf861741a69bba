"""The warehouse's file: opening it, creating its schemas, and replacing a damaged one.

Everything in it can be rebuilt from the landing log.
"""

from __future__ import annotations

import functools
import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.contracts.reader import feed_types, load_contracts
from orchestration.database import connection
from orchestration.home import identity, lock
from orchestration.home.disk_errors import FULL_WORDS
from orchestration.home.lock import HomeLockedError
from orchestration.home.settings import Settings
from orchestration.text.console import errors
from orchestration.warehouse import gates, increments
from orchestration.warehouse.ledger import SCHEMA, definition_id, environment, quoted, show_feed_types

# DuckDB's message about which process has the file locked.
LOCKED = re.compile(r"lock is held in (?P<program>.*) \(PID (?P<pid>\d+)\)")

# How long a refresh waits for a process that reads the file, in seconds.
PATIENCE_SECONDS = 2.0

# DuckDB's messages about a file that cannot be read.
DAMAGE = (
    *("Could not read enough bytes from file", "not a valid DuckDB database file", "Corrupt database file"),
    *("Failure while replaying WAL file", "Failed to deserialize"),
)


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The warehouse, open for writing, with the limits of `SNA_MEMORY_LIMIT` (default 3GB); created if it is missing.

    A file that DuckDB cannot read is renamed, and a new one is created: everything in it comes from the landing log.

    Raises:
        HomeLockedError: another process has the file open; the message names it and what it should open instead.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    con = _open_when_free(settings)
    _create_schemas(con)
    _relocate(con, settings)
    made = identity.read(settings.home)
    show_feed_types(con, feed_types(), load_contracts(made.area if made else None))
    return con


@contextmanager
def open_read_only(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, read-only and for a moment: a refresh waits `PATIENCE_SECONDS` for it.

    Raises:
        HomeLockedError: a refresh is running, or another program writes to the file.
        duckdb.Error: there is no warehouse, or it cannot be read.
    """
    if who := lock.holder(settings.home):
        raise HomeLockedError(f"{who.capitalize()} is working on {settings.home}.")
    try:
        con = connection.connect(settings.warehouse, read_only=True)
    except duckdb.IOException as error:
        raise _lock_error(settings, error) or error from None
    try:
        yield con
    finally:
        con.close()


def _open_when_free(settings: Settings) -> duckdb.DuckDBPyConnection:
    """`_open`, after a wait while another process reads the file."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return _open(settings)
        except duckdb.IOException as error:
            busy = _lock_error(settings, error)
            if busy is None:
                raise
            if time.monotonic() >= deadline:
                raise busy from error
            time.sleep(lock.LOOK_AGAIN)


def _lock_error(settings: Settings, error: duckdb.IOException) -> HomeLockedError | None:
    """Which program has the file open, and what it should open instead; None where the error is another."""
    holder = LOCKED.search(str(error))
    return holder and HomeLockedError(
        f"Process {holder['pid']} ({holder['program']}) has {settings.warehouse} open, so nothing can be written; nothing"
        f" is lost. Close it there and refresh again: deliveries already received are kept. BI tools open"
        f" {settings.published / 'sna_marts.duckdb'} read-only instead (docs/how-to/connect-a-bi-tool.md)."
    )


def _open(settings: Settings) -> duckdb.DuckDBPyConnection:
    # As dbt opens it (profiles.yml), for DuckDB refuses a file that is open with another configuration. Facts have no order of
    # their own, and keeping one costs memory.
    options = {"preserve_insertion_order": "false"}
    open_it = functools.partial(connection.connect, settings.warehouse, spill=settings.warehouse_spill, options=options)
    try:
        return open_it()
    except duckdb.Error as error:
        if not is_damage(str(error)):
            raise
        set_aside(settings)
        return open_it()


def is_damage(message: str) -> bool:
    """Whether an error of DuckDB says that its file cannot be read, and no full disk or lack of memory is the reason."""
    other_reason = any(words in message for words in FULL_WORDS) or connection.is_out_of_memory(message)
    return any(words in message for words in DAMAGE) and not other_reason


def set_aside(settings: Settings) -> None:
    """Rename a damaged warehouse to `warehouse.duckdb.damaged`, in place of an earlier one, and its log with it."""
    wal = settings.warehouse.with_name(f"{settings.warehouse.name}.wal")
    for path in (wal, settings.warehouse):
        if path.exists():
            path.replace(path.with_name(f"{path.name}.damaged"))
    errors.print(
        f"[yellow]{settings.warehouse} is damaged.[/] It was renamed {settings.warehouse.name}.damaged and is rebuilt from"
        " the landing log; nothing is lost. If this happens again, have the disk checked.",
        highlight=False,
    )


def _create_schemas(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of the ledger and the gates, in place of those of another version of this project."""
    layout = hashlib.sha256((SCHEMA + gates.SCHEMA + increments.SCHEMA).encode()).hexdigest()
    con.execute("begin")
    con.execute(SCHEMA)
    if con.execute("from ops.layout").fetchall() != [(layout,)]:
        for schema in ("ops", "ledger", "landing", "landing_log"):
            con.execute(f"drop schema if exists {schema} cascade")
        con.execute(SCHEMA + gates.SCHEMA + increments.SCHEMA)
        con.execute("insert into ops.layout values (?)", [layout])
    con.execute("commit")


def _relocate(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Point the landing views of a home that was moved or copied to its own log, and record its environment.

    Nothing else in the file names a place.
    """
    here = str(settings.landing)
    now = (here, *environment(settings), definition_id(settings))
    before = con.execute("from ops.home").fetchall()
    if before == [now]:
        return
    con.execute("begin")
    for there, *_ in before:
        con.execute(
            "update ops.registered set query = replace(query, $1, $2), log = replace(log, $1, $2)", [quoted(there), quoted(here)]
        )
        for (view,) in con.execute("select sql from duckdb_views() where schema_name in ('landing', 'landing_log')").fetchall():
            con.execute(view.replace("CREATE VIEW", "create or replace view", 1).replace(quoted(there), quoted(here)))
    con.execute("delete from ops.home")
    con.execute("insert into ops.home values (?, ?, ?, ?, ?)", list(now))
    con.execute("commit")
