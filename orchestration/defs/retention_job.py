"""Retention as a job of Dagster, for the schedule `retention`: what `sna retain` does at a terminal."""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

import dagster as dg

from orchestration.defs.resources import POOL
from orchestration.home import lock
from orchestration.home.settings import Settings
from orchestration.operations import configuration, retention
from orchestration.text.plurals import counted


@dg.op(pool=POOL, description="Remove the releases, deliveries and runs that the policy of operations.yaml no longer keeps.")
def remove_surplus(context: dg.OpExecutionContext) -> None:
    """Waits for a refresh of the same home, like any run of the daemon."""
    settings = Settings.from_env()
    wait = configuration.load().retries.warehouse_wait_seconds
    with lock.hold(settings.home, wait_seconds=wait, on_wait=context.log.info):
        found = retention.enforce(settings, context.instance)
    removed = [counted(len(found.releases), "release"), counted(len(found.deliveries), "delivery")]
    context.log.info(f"Removed {', '.join(removed)}, {counted(len(found.runs), 'run')} of the run history")
    if found.stuck:
        raise dg.Failure(
            f"{counted(len(found.stuck), 'file')} of the landing zone could not be removed; `sna retain` lists them."
        )


@dg.job(
    name="retention",
    description="Remove what the policy of operations.yaml no longer keeps.",
    executor_def=dg.in_process_executor,
)
def retention_job() -> None:
    """Run `sna retain` as a job, for the schedule of that name."""
    remove_surplus()
