"""The Dagster instance of one home: runs, events and settings under `SNA_HOME/dagster`."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import lock
from orchestration.home.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

# A pool without a limit limits nothing: one run at a time owns the warehouse file. By run rather than by step, so that no step
# of another run comes between two of this one, and a killed process leaves no claimed slot behind.
# Retries of runs are for those whose process died; the job says how many (operations.yaml). What a step may try again it does
# itself, and a closed gate is not tried again.
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: run
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
run_retries:
  enabled: true
  max_retries: 0
  retry_on_asset_or_op_failure: false
event_log_storage:
  module: orchestration.operations.event_log
  class: PooledSqliteEventLogStorage
"""
# Where an earlier version had the same class.
EARLIER_EVENT_LOG = "  module: orchestration.event_log\n"
EVENT_LOG = "  module: orchestration.operations.event_log\n"
HISTORY = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")


def prepare_instance(settings: Settings) -> None:
    """Write `dagster.yaml` where it is missing.

    A file that is there may have been changed on purpose: only the module of the event log is replaced, where an earlier version
    named it.
    """
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    before = file.read_text() if file.exists() else None
    after = DAGSTER_YAML if before is None else before.replace(EARLIER_EVENT_LOG, EVENT_LOG)
    if after != before:
        # Whole or not at all: Dagster would take an empty file for settings of its own.
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(after)
        fresh.replace(file)


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance that the web UI and the command line share."""
    import dagster as dg

    prepare_instance(settings)
    settings.export()
    return dg.DagsterInstance.from_config(str(settings.dagster_home))


def set_aside_damaged(settings: Settings) -> list[Path]:
    """Rename files of Dagster's history that are damaged; returns their new names.

    No figure depends on them: a new history begins, and the next refresh makes every check again.

    Raises:
        HomeLockedError: `sna run` or a refresh has them open.
    """
    damaged = [path for file in HISTORY if (path := settings.dagster_home / file).exists() and not _is_whole(path)]
    if not damaged:
        return []
    if lock.is_alive(settings.runs_alive, "service"):
        raise lock.HomeLockedError(f"{damaged[0]} is damaged, and `sna run` has it open: stop it, then try again.")
    with lock.hold(settings.home):
        return [_set_aside(path) for path in damaged]


def _set_aside(path: Path) -> Path:
    place = path.with_name(f"{path.name}.damaged")
    path.replace(place)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return place


def _is_whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)) as con:
            return con.execute("pragma quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.OperationalError as error:
        # Another process writes to it, or it is of another account: that is no damage.
        return "malformed" not in str(error)
    except sqlite3.DatabaseError:
        return False
