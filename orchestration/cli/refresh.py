"""One refresh from the command line: the Dagster job, run in this process."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings
from orchestration.operations import failed_steps
from orchestration.operations.refresh_plan import Plan
from orchestration.text.console import working

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.publication.release import Release
    from orchestration.publication.releases import Rollback


class RefreshInterruptedError(RuntimeError):
    """A person stopped a refresh; the message says what was kept."""


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended.

    Attributes:
        release: what was published, or None.
        failures: (step, message) of what failed.
        held: the rollback because of which the release before remains current.
        no_report: why the release has no report although one was to be made; empty where nothing went wrong.
    """

    release: Release | None
    failures: list[tuple[str, str]]
    held: Rollback | None = None
    no_report: str = ""


def run(settings: Settings, planned: Plan, console: Console) -> Outcome:
    """Run the job to its end; once more on a new warehouse where the old one turns out to be damaged. See `_run`."""
    from orchestration.ingest.landing_log import inventory
    from orchestration.ingest.landing_log.log import loads_in_use, read
    from orchestration.warehouse import warehouse_file

    outcome = _run(settings, planned, console)
    name = settings.warehouse.name
    if any(warehouse_file.is_damage(message) and (name in message or "database" in message) for _, message in outcome.failures):
        warehouse_file.set_aside(settings)
        inventory.require_rows(settings, loads_in_use(read(settings.landing)), full=True)
        outcome = _run(settings, planned, console)
    return outcome


def _run(settings: Settings, planned: Plan, console: Console) -> Outcome:
    """Run the job to its end, one line per step on the console.

    Side effects: landing log, warehouse, Data Docs, Dagster instance and, where every gate passes, a new release.
    """
    with working(console, "reading the project"):
        from expectations import docs
        from orchestration.definitions import build_defs
        from orchestration.defs.progress import LOGGER, ProgressReporter
        from orchestration.home.instance import open_instance
        from orchestration.operations.dead_runs import mark_dead_runs_failed
        from orchestration.operations.refresh_job import JOB
        from orchestration.operations.retries import ATTENDED
        from orchestration.operations.timings import Timings
        from orchestration.publication.releases import read_release, rollback

        job = build_defs(settings).resolve_job_def(JOB)
        # Both sides need it: half imported by one thread, it fails in the other.
        import_module("sqlalchemy.orm")
        if not docs.all_held(settings.data_docs):
            # Its import takes seconds of Python, which fit beside the seconds that DuckDB needs to read the deliveries. Where all
            # held the last time, it is needed only for a rule that is new or no longer holds.
            Thread(target=import_module, args=["great_expectations"], daemon=True).start()
    options = {"as_at": planned.as_at, "force": planned.force, "landed_only": planned.landed_only}
    with ProgressReporter(console, len(job.nodes), Timings.read(settings)), open_instance(settings) as instance:
        mark_dead_runs_failed(settings, instance)
        result = job.execute_in_process(
            instance=instance,
            tags={ATTENDED: "sna refresh"},
            raise_on_error=False,
            run_config={"loggers": {LOGGER: {}}, "resources": {"refresh": {"config": options}}},
        )
    no_report = ""
    if not result.success:
        if failed_steps.are_interrupted(result.all_events):
            raise RefreshInterruptedError(
                "Refresh interrupted: nothing was published. Landed deliveries are kept; `sna refresh` continues from there."
            )
        failures = failed_steps.messages(result.all_events)
        if [step for step, _ in failures] != [failed_steps.REPORT]:
            return Outcome(None, failures)
        no_report = failures[0][1]
    metadata = result.asset_materializations_for_node("published__release")[0].metadata
    held = rollback(settings.published) if metadata["held_back"].value else None
    return Outcome(read_release(settings.published, str(metadata["release"].value)), [], held, no_report)
