"""One refresh from the command line: the Dagster job, run in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from orchestration.home.settings import Settings
from orchestration.operations.refresh_plan import Plan
from orchestration.text.console import working

if TYPE_CHECKING:
    import dagster as dg
    from dagster_shared.error import SerializableErrorInfo
    from rich.console import Console

    from orchestration.publication.release import Release
    from orchestration.publication.releases import Rollback


# The step after the release: where it alone fails, the release is published.
REPORT = "published__report"
# Dagster's class for it; importing that takes seconds.
INTERRUPTED = "DagsterExecutionInterruptedError"
# Its module, before the words of an error of this project.
_OWN = re.compile(r"^(?:orchestration|reporting)\.[\w.]+: ")
# Dagster's words for checks that did not pass: a line for each asset, with the names of its checks, follows the first one.
_FAILED_CHECKS = re.compile(r"^dagster\.[\w.]+\.DagsterAssetCheckFailedError: ")


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
        from orchestration.definitions import JOB, build_defs
        from orchestration.defs.progress import LOGGER, ProgressReporter
        from orchestration.home.instance import open_instance
        from orchestration.operations.dead_runs import mark_dead_runs_failed
        from orchestration.operations.retries import ATTENDED
        from orchestration.operations.timings import Timings
        from orchestration.publication.releases import read_release, rollback

        job = build_defs(settings).resolve_job_def(JOB)
        # Both sides need it: half imported by one thread, it fails in the other.
        import_module("sqlalchemy.orm")
        # Its import takes seconds of Python, which fit beside the seconds that DuckDB needs to read the deliveries.
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
        if any(INTERRUPTED in names for names in map(_causes, _errors(result).values())):
            raise RefreshInterruptedError(
                "Refresh interrupted: nothing was published. Landed deliveries are kept; `sna refresh` continues from there."
            )
        failures = _failures(result)
        if [step for step, _ in failures] != [REPORT]:
            return Outcome(None, failures)
        no_report = failures[0][1]
    metadata = result.asset_materializations_for_node("published__release")[0].metadata
    held = rollback(settings.published) if metadata["held_back"].value else None
    return Outcome(read_release(settings.published, str(metadata["release"].value)), [], held, no_report)


def _failures(result: dg.ExecuteInProcessResult) -> list[tuple[str, str]]:
    """The message of every failed step: the innermost of this project's own errors, or otherwise the innermost of all.

    Steps that were skipped because of these failures are not listed.
    """
    failures = []
    for step, error in _errors(result).items():
        messages = [""]
        while error is not None:
            messages.append(error.message.strip())
            error = error.cause
        # Dagster puts the class before the words; the words of this project's own errors say all of it.
        own = [_OWN.sub("", message) for message in messages if _OWN.match(message)]
        last = (own or messages)[-1] or "failed"
        if _FAILED_CHECKS.match(last):
            last = f"Validation failed: {', '.join(line.rsplit(':', 1)[0] for line in last.splitlines()[1:])}."
        failures.append((step, last))
    return failures


def _errors(result: dg.ExecuteInProcessResult) -> dict[str, SerializableErrorInfo | None]:
    """The error of every failed step."""
    failed = (event for event in result.all_events if event.event_type_value == "STEP_FAILURE")
    return {str(event.step_key): event.step_failure_data.error for event in failed}


def _causes(error: SerializableErrorInfo | None) -> list[str | None]:
    """Names of the classes of an error and of what caused it."""
    return [] if error is None else [error.cls_name, *_causes(error.cause)]
