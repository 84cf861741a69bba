"""Remove everything stored in the vault since a moment, because entries cannot be traced to an unlawful delivery."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from vault import access_log, store

RUN_TABLES = ("entry", "factor", "leaver", "tally", "told", "run")


def erase(folder: Path, key: str, since: datetime, engine: store.Engine, *, why: str) -> int:
    """Delete the index entries and the linkage of all runs since a moment, and rewrite the file; returns the number of runs.

    Earlier runs remain. The access is logged first, with the reason.

    Raises:
        VaultLockedError: wrong key, or another process has the vault open.
        ReasonRequiredError: the reason is missing or too short.
    """
    moment = since.astimezone(UTC).replace(tzinfo=None)
    gone = 0
    with store.opened(folder, key, engine) as con:
        access_log.write(folder, con, "erase", why=why, what=f"runs since {since.astimezone(UTC):%Y-%m-%d}")
        there = {
            (str(schema), str(table))
            for schema, table in con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'vault'"
            ).fetchall()
        }
        con.execute("begin")
        if ("hkci", "run") in there:
            runs = "select run_id from vault.hkci.run where ran_at >= ?"
            gone += len(con.execute(runs, [moment]).fetchall())
            for table in RUN_TABLES:
                con.execute(f"delete from vault.hkci.{table} where run_id in ({runs})", [moment])
            # A run that one of them had replaced counts again.
            con.execute(
                "update vault.hkci.run set replaced_by = null where replaced_by not in (select run_id from vault.hkci.run)"
            )
        if ("linkage", "run") in there:
            linked = con.execute("select run_id from vault.linkage.run where ran_at >= ?", [moment]).fetchall()
            gone += len(linked)
            if linked:  # the pairs and people are those of the last run
                con.execute("delete from vault.linkage.pair; delete from vault.linkage.person")
                con.execute("delete from vault.linkage.run where ran_at >= ?", [moment])
        con.execute("commit")
    store.rewrite(folder, key, engine)
    return gone
