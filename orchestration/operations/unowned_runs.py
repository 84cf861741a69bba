"""Runs that `sna run` started and that would continue without it: stopped with it, and reported.

A run of the UI, a schedule or a sensor is a process of the daemon's code server, which waits for it, in the process group that
`sna run` made for the daemon. Runs of a terminal (`sna refresh`, `dagster job execute`) are their terminal's own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from orchestration.text.plurals import counted

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.home.settings import Settings

# A step ends between two statements; the longest take some ten seconds.
CANCEL_SECONDS = 30.0
LOOK_SECONDS = 0.5
# What is left of a code server that has no more runs.
CLEAR_SECONDS = 5.0


def end(
    settings: Settings,
    instance: dg.DagsterInstance,
    groups: Iterable[int],
    report: Callable[[str], None],
    *,
    cancel_seconds: float = CANCEL_SECONDS,
) -> list[str]:
    """End every run that the daemon has launched, first by asking, then by killing its process; returns their ids.

    Args:
        groups: process groups of webserver and daemon, which have ended themselves. What is left of them is killed.
    """
    try:
        launched = _cancelled(instance, report, cancel_seconds)
    finally:
        # Also where the history cannot be read, because the home or its disk is gone.
        _clear(list(groups))
    for run in _launched(instance):
        instance.report_run_canceled(run, "Stopped with `sna run`, which had started it.")
        (settings.runs_alive / run.run_id).unlink(missing_ok=True)
    for run in launched:
        report(f"Stopped run {run.run_id[:8]} ({run.job_name}): the published release is unchanged. Next: `sna refresh`.")
    if waiting := _waiting(instance):
        names = ", ".join(f"{run.run_id[:8]} ({run.job_name})" for run in waiting)
        report(f"Queued, to be started by the next `sna run`: {names}.")
    return [run.run_id for run in launched]


def _cancelled(instance: dg.DagsterInstance, report: Callable[[str], None], seconds: float) -> list[dg.DagsterRun]:
    """Terminate the launched runs, and wait up to `seconds` for them; returns the runs."""
    launched = _launched(instance)
    if launched:
        report(f"Stopping {counted(len(launched), 'run')} that this service started; this takes up to {seconds:.0f} s.")
    for run in launched:
        # Where its code server is gone or does not answer, its process group is ended afterwards.
        with suppress(Exception):
            instance.run_launcher.terminate(run.run_id)
    until = time.monotonic() + seconds
    while _launched(instance) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    return launched


def _launched(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Unfinished runs that were handed to a code server."""
    import dagster as dg
    from dagster._core.storage.tags import GRPC_INFO_TAG

    states = dg.DagsterRunStatus
    unfinished = [states.NOT_STARTED, states.STARTING, states.STARTED, states.CANCELING]
    return [run for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)) if GRPC_INFO_TAG in run.tags]


def _waiting(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    import dagster as dg

    return list(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])))


def _clear(groups: list[int]) -> None:
    """Wait for what is ending in these process groups, and kill what is not."""
    until = time.monotonic() + CLEAR_SECONDS
    while any(map(_signalled, groups)) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    for group in groups:
        _signalled(group, signal.SIGKILL)


def _signalled(group: int, number: int = 0) -> bool:
    """Whether there was anybody in a process group to take a signal; 0 only looks."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
