"""Remove from Dagster's storage every run that was active since a moment, with its events, logs and ticks.

The tables are those of Dagster's SQLite storage. Deleted rows stay in the file until it is written again, so every file is.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

BUSY_TIMEOUT_SECONDS = 30
# Text of SQLite's own: UTC, without a zone.
_TIME = "%Y-%m-%d %H:%M:%S"
# Of Dagster's own making; its storage has folders of assets too.
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def erase(dagster_home: Path, since: datetime) -> int:
    """Remove all that was recorded since a moment; returns the number of runs. Safe to call again after an interruption.

    What was recorded earlier stays, and so do the switches of schedules and sensors. A sensor forgets what it has seen, which
    costs it one more look at the landing zone.

    Args:
        dagster_home: folder of the instance, which no process of this project has open for writing.

    Raises:
        sqlite3.OperationalError: another process has a file of it open and locked.
    """
    runs = _runs(dagster_home, since) | _left_over(dagster_home)
    for file in sorted(dagster_home.rglob("*.db")):
        if file.stem not in runs:
            _erase_rows(file, runs, since)
    for path in sorted(dagster_home.rglob("*")):
        # Files and folders of a run have its id for a name.
        if path.name.partition(".")[0] in runs:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _erase_run_rows(dagster_home / "history" / "runs.db", runs)
    return len(runs)


def _runs(dagster_home: Path, since: datetime) -> set[str]:
    file = dagster_home / "history" / "runs.db"
    if not file.exists():
        return set()
    with closing(_open(file)) as con:
        if "runs" not in _tables(con):
            return set()
        rows = con.execute(
            "select run_id from runs where coalesce(end_time, ?) >= ? or create_timestamp >= ?",
            [since.timestamp(), since.timestamp(), since.astimezone(UTC).strftime(_TIME)],
        ).fetchall()
    return {str(run_id) for (run_id,) in rows}


def _left_over(dagster_home: Path) -> set[str]:
    """Runs of which only files are left, because their removal was interrupted: nothing says when they ran."""
    file = dagster_home / "history" / "runs.db"
    if not file.exists():
        return set()
    with closing(_open(file)) as con:
        known = {str(run_id) for (run_id,) in con.execute("select run_id from runs")} if "runs" in _tables(con) else set()
    files = {path.stem for path in (dagster_home / "history" / "runs").glob("*.db")} - {"index"}
    logs = {path.name for path in (dagster_home / "storage").glob("*") if path.is_dir() and _RUN.fullmatch(path.name)}
    return (files | logs) - known


def _erase_rows(file: Path, runs: Collection[str], since: datetime) -> None:
    """All rows but those that name the runs themselves, which are needed until everything else of them is gone."""
    moment = since.astimezone(UTC).strftime(_TIME)
    with closing(_open(file)) as con:
        tables = _tables(con)
        con.execute("begin")
        con.execute("create temp table gone (run_id text)")
        con.executemany("insert into gone values (?)", [[run_id] for run_id in runs])
        gone = "(select run_id from gone)"
        for table in ("pending_steps", "concurrency_slots"):
            if table in tables:
                con.execute(f"delete from {table} where run_id in {gone}")
        if "event_logs" in tables:
            # Of runs that retention has removed, some events are kept: they go by their time.
            con.execute(f"delete from asset_check_executions where run_id in {gone} or create_timestamp >= ?", [moment])
            con.execute(f"delete from event_logs where run_id in {gone} or timestamp >= ?", [moment])
            con.execute("delete from asset_event_tags where event_id not in (select id from event_logs)")
            con.execute(
                f"""update asset_keys
                    set last_materialization = null, asset_details = null, cached_status_data = null, tags = null
                    where last_run_id in {gone} or last_run_id is null or last_materialization_timestamp >= ?""",
                [moment],
            )
        if "job_ticks" in tables:
            con.execute("delete from job_ticks where timestamp >= ?", [moment])
            con.execute("delete from asset_daemon_asset_evaluations where create_timestamp >= ?", [moment])
            for number, body in con.execute("select id, instigator_body from instigators").fetchall():
                con.execute("update instigators set instigator_body = ? where id = ?", [_without_cursor(body), number])
        if "daemon_heartbeats" in tables:
            con.execute("delete from daemon_heartbeats")  # each daemon writes its own again
        con.execute("commit")
        _compact(con)


def _erase_run_rows(file: Path, runs: Collection[str]) -> None:
    if not file.exists():
        return
    with closing(_open(file)) as con:
        if not {"runs", "run_tags"} <= _tables(con):
            return
        con.execute("begin")
        for table in ("run_tags", "runs"):
            con.executemany(f"delete from {table} where run_id = ?", [[run_id] for run_id in runs])
        con.execute("commit")
        _compact(con)


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)


def _tables(con: sqlite3.Connection) -> set[str]:
    return {str(name) for (name,) in con.execute("select name from sqlite_master where type = 'table'")}


def _compact(con: sqlite3.Connection) -> None:
    # Otherwise SQLite makes its copy in a folder for temporary files, outside the home.
    con.execute("pragma temp_store = memory")
    con.execute("vacuum")
    con.execute("pragma wal_checkpoint(truncate)")


def _without_cursor(body: str) -> str:
    """The state of a schedule or sensor without its cursor over the landing zone."""

    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {name: None if name == "cursor" else clean(inner) for name, inner in value.items()}
        return [clean(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(clean(json.loads(body)))
