"""Dagster's history of runs, kept by the `retention` section of operations.yaml.

    runs      the newest finished runs, up to a number and an age in days; the newest one is always kept
    kept      of a removed run what the asset graph shows: the last event of each partition and the last result of each check

Runs that have not ended are never removed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.operations.configuration import Retention


def surplus(instance: dg.DagsterInstance, policy: Retention, now: datetime) -> list[str]:
    """Ids of the finished runs that need not be kept, the newest first."""
    import dagster as dg

    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    oldest = (now - timedelta(days=policy.run_days)).timestamp()
    records = instance.get_run_records(dg.RunsFilter(statuses=finished))
    return [
        record.dagster_run.run_id
        for rank, record in enumerate(records)
        if rank and (rank >= policy.runs or (record.end_time or record.create_timestamp.timestamp()) < oldest)
    ]


def prune(settings: Settings, instance: dg.DagsterInstance, run_ids: list[str]) -> None:
    """Remove runs from the history, with their logs, and shrink its files where no other process uses them."""
    for run_id in run_ids:
        # The run itself last: where this is interrupted, it is surplus again the next time.
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        instance.event_log_storage.delete_events(run_id)
        instance.delete_run(run_id)
    if not run_ids:
        return
    instance.dispose()
    history = settings.dagster_home / "history"
    for file in (history / "runs.db", history / "runs" / "index.db"):
        _compact(file)


def size(settings: Settings) -> int:
    """Bytes of the history and of the logs of its runs."""
    return sum(path.stat().st_size for path in settings.dagster_home.rglob("*") if path.is_file())


def _compact(file: Path) -> None:
    # While a web server or a daemon has it open, it stays as large as it is and its free pages are used again.
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as con:
        if file.name == "runs.db":
            con.execute("delete from run_tags where run_id not in (select run_id from runs)")
        # Otherwise SQLite makes its copy in a folder for temporary files, outside the home.
        con.execute("pragma temp_store = memory")
        con.execute("vacuum")
        con.execute("pragma wal_checkpoint(truncate)")
