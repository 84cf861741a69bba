"""Runs that Dagster's history shows as unfinished although their process is gone.

Dagster writes the end of a run into its history from the run's own process, so a run that was killed, or whose machine was
switched off, stays `STARTED` for ever, keeps its place in the warehouse's pool of one, and no queued run would start again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from orchestration.home import lock

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.home.settings import Settings

# A run reads its plan before it first shows that it is alive.
FIRST_SIGN_SECONDS = 120


def mark_dead_runs_failed(settings: Settings, instance: dg.DagsterInstance, *, now: float | None = None) -> list[str]:
    """Mark as failed every started run whose process is gone; returns their ids.

    A process that holds the home knows that no other run from a terminal lives, however young or far it was.

    Args:
        now: seconds since the epoch, for tests.
    """
    import dagster as dg

    from orchestration.operations.retries import ATTENDED

    moment = time.time() if now is None else now
    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    unbegun = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
    records = instance.get_run_records(dg.RunsFilter(statuses=unfinished))
    if alone := lock.is_held_here(settings.home):
        attended = {ATTENDED: "sna refresh"}
        records = [*records, *instance.get_run_records(dg.RunsFilter(statuses=unbegun, tags=attended))]
    dead = []
    for record in records:
        run = record.dagster_run
        lives = lock.is_alive(settings.runs_alive, run.run_id)
        begun = record.start_time or record.create_timestamp.timestamp()
        young = moment - begun < FIRST_SIGN_SECONDS and not (alone and ATTENDED in run.tags)
        if lives or (lives is None and young):
            continue
        instance.report_run_failed(run, "The process of this run is gone: it was killed, or its machine was switched off.")
        (settings.runs_alive / run.run_id).unlink(missing_ok=True)
        dead.append(run.run_id)
    return dead
