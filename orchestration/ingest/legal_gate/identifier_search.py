"""The search for identifiers in texts, on a connection on which it is planned once for many files.

In a file of some hundred rows the search takes a few milliseconds of CPU, and fifty to open a connection, define the patterns and
plan it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestration.database import connection
from orchestration.ingest.legal_gate.identifiers import MACROS
from orchestration.ingest.values.pseudonyms import MACROS as CHECK_DIGIT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def connect() -> DuckDBPyConnection:
    """A connection in memory for `kinds_of`; for one thread at a time."""
    db = connection.connect()
    db.execute(CHECK_DIGIT + MACROS)
    db.execute("create temp table sought (written varchar, meant varchar)")
    db.execute("prepare search as select written, identifiers_in(meant) from sought")
    return db


def kinds_of(db: DuckDBPyConnection, meant: Mapping[str, str]) -> dict[str, list[str]]:
    """Text → kinds of identifier in it (`identifiers.KINDS`).

    Args:
        meant: text → its readings.
    """
    texts = {"written": list(meant), "meant": list(meant.values())}
    db.execute("insert into sought select unnest($written::varchar[]), unnest($meant::varchar[])", texts)
    try:
        return dict(db.execute("execute search").fetchall())
    finally:
        db.execute("truncate sought")
