"""One refresh from the command line: what there is to do, and the Dagster job run in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from orchestration.settings import Settings
from orchestration.terminal import working

if TYPE_CHECKING:
    import dagster as dg
    from dagster_shared.error import SerializableErrorInfo
    from rich.console import Console

    from orchestration.release import Release
    from orchestration.releases import Rollback


# Dagster's class for it; importing that takes seconds.
INTERRUPTED = "DagsterExecutionInterruptedError"


class RefreshInterruptedError(RuntimeError):
    """A person stopped a refresh; the message says what has become of it."""


@dataclass(frozen=True)
class Plan:
    """What a refresh would do.

    Attributes:
        new_deliveries: files that are not in the landing log yet.
        feeds_delivered: feeds with anything in the landing zone or the landing log.
        nothing_new: the published release, where it already holds exactly what a refresh would publish.
        held: the rollback that went back from exactly what a refresh would publish.
        damaged: what is wrong with the current release, for which a refresh publishes in any case; empty where nothing is.
        as_at: ISO date to rebuild for; empty for all that has been received.
        force: publish all the same.
        landed_only: leave the landing zone as it is.
    """

    new_deliveries: int
    feeds_delivered: int
    nothing_new: Release | None
    held: Rollback | None
    as_at: str
    force: bool
    landed_only: bool = False
    damaged: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether a refresh would publish nothing."""
        return self.nothing_new is not None or self.held is not None


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended.

    Attributes:
        release: what was published, or None.
        failures: (step, message) of what failed.
        held: the rollback for which the release before stays current.
    """

    release: Release | None
    failures: list[tuple[str, str]]
    held: Rollback | None = None


def plan(settings: Settings, as_at: str, *, force: bool = False, landed_only: bool = False) -> Plan:
    """Look at the landing zone and the log without importing Dagster, dbt or Great Expectations."""
    from orchestration import inventory, pseudonym_key, purge, vault_runs
    from orchestration.build import build_id, identities, received_id
    from orchestration.contracts import load_contracts
    from orchestration.ingest import load
    from orchestration.ingest.demonstration import Admission
    from orchestration.ingest.landing import NothingReceived, as_of, by_period, current, read, require_kept
    from orchestration.release import DamagedRelease
    from orchestration.releases import current_release, damage, held_back

    purge.require_finished(settings)
    loads = read(settings.landing)
    # What is built from nothing is built from every landed file; otherwise size and time say whether one has changed.
    full = not settings.warehouse.exists()
    delivered = {(load.agency, load.feed) for load in loads}
    if landed_only:
        inventory.require_rows(settings, current(loads), full=full)
        return Plan(0, len(delivered), None, None, as_at, force, landed_only)
    pseudonym_key.require_same(settings, loads)
    contracts = load_contracts()
    admission = Admission.of(settings)
    new = [
        load.plan(settings.raw, settings.landing, contract, settings.pseudonym_key, admission) for contract in contracts.values()
    ]
    read_again = {f"{d.agency}/{d.feed}/{d.file_name}" for found in new for d in found}
    inventory.require_rows(settings, current(loads), full=full, read_again=read_again)
    if as_at:
        from orchestration.resources import end_of_day

        by_then = as_of(loads, end_of_day(as_at))
        require_kept(by_then)
        if not current(by_then):
            raise NothingReceived(f"No delivery had been received by {as_at}, so there is nothing to publish.")
    delivered |= {(d.agency, d.feed) for found in new for d in found}
    release = held = None
    damaged = damage(settings.published) or ""
    if not (as_at or force or any(new) or vault_runs.are_due(settings)):
        build = build_id(identities(current(loads)), "")
        known = [load for load in by_period(loads) if (load.agency, load.feed) in contracts]
        received = received_id((load.load_id, load.withdrawn is not None) for load in known)
        release = None if damaged else current_release(settings.published)
        if release is None or not settings.warehouse.exists() or not release.holds(build, received):
            release = None
        held = held_back(settings.published, build)
        if held and damaged:
            raise DamagedRelease(f"{damaged} What there is was rolled back from, so that takes `sna refresh --force`.")
    return Plan(sum(map(len, new)), len(delivered), release, held, as_at, force, damaged=damaged)


def from_the_ground(settings: Settings) -> Plan:
    """Throw the warehouse away, so that everything is built again from the deliveries that have been landed.

    The landing log and what was published stay as they are.
    """
    from orchestration import purge

    purge.require_finished(settings)
    for file in (settings.warehouse, settings.warehouse.with_name(settings.warehouse.name + ".wal")):
        file.unlink(missing_ok=True)
    return plan(settings, "", landed_only=True)


def run(settings: Settings, planned: Plan, console: Console) -> Outcome:
    """Run the job to its end; once more on a new warehouse where the old one turns out to be damaged. See `_run`."""
    from orchestration import inventory, warehouse
    from orchestration.ingest.landing import current, read

    outcome = _run(settings, planned, console)
    name = settings.warehouse.name
    if any(warehouse.is_damage(message) and (name in message or "database" in message) for _, message in outcome.failures):
        warehouse.set_aside(settings)
        inventory.require_rows(settings, current(read(settings.landing)), full=True)
        outcome = _run(settings, planned, console)
    return outcome


def _run(settings: Settings, planned: Plan, console: Console) -> Outcome:
    """Run the job to its end, one line per step on the console.

    Side effects: landing log, warehouse, Data Docs, Dagster instance and, where every gate passes, a new release.
    """
    with working(console, "reading the project"):
        from orchestration.definitions import JOB, build_defs
        from orchestration.instance import open_instance
        from orchestration.progress import LOGGER, Narrator
        from orchestration.releases import read_release, rollback
        from orchestration.retrying import ATTENDED
        from orchestration.runs import bury
        from orchestration.timings import Timings

        job = build_defs(settings).resolve_job_def(JOB)
        # Both sides need it: half imported by one thread, it fails in the other.
        import_module("sqlalchemy.orm")
        # Its import takes seconds of Python, which fit beside the seconds that DuckDB needs to read the deliveries.
        Thread(target=import_module, args=["great_expectations"], daemon=True).start()
    options = {"as_at": planned.as_at, "force": planned.force, "landed_only": planned.landed_only}
    with Narrator(console, len(job.nodes), Timings.read(settings)), open_instance(settings) as instance:
        bury(settings, instance)
        result = job.execute_in_process(
            instance=instance,
            tags={ATTENDED: "sna refresh"},
            raise_on_error=False,
            run_config={"loggers": {LOGGER: {}}, "resources": {"refresh": {"config": options}}},
        )
    if not result.success:
        if any(INTERRUPTED in names for names in map(_causes, _errors(result).values())):
            raise RefreshInterruptedError(
                "Refresh: interrupted, so it published nothing. What has been landed stays; `sna refresh` goes on from there."
            )
        return Outcome(None, _failures(result))
    metadata = result.asset_materializations_for_node("published__release")[0].metadata
    held = rollback(settings.published) if metadata["held_back"].value else None
    return Outcome(read_release(settings.published, str(metadata["release"].value)), [], held)


def _failures(result: dg.ExecuteInProcessResult) -> list[tuple[str, str]]:
    """The innermost message of every failed step; steps skipped for want of these are left out."""
    failures = []
    for step, error in _errors(result).items():
        while error is not None and error.cause is not None:
            error = error.cause
        # Dagster puts the class before the words; the words of this project's own errors say all of it.
        message = re.sub(r"^orchestration\.[\w.]+: ", "", error.message.strip()) if error else "failed"
        failures.append((step, message))
    return failures


def _errors(result: dg.ExecuteInProcessResult) -> dict[str, SerializableErrorInfo | None]:
    """The error of every failed step."""
    failed = (event for event in result.all_events if event.event_type_value == "STEP_FAILURE")
    return {str(event.step_key): event.step_failure_data.error for event in failed}


def _causes(error: SerializableErrorInfo | None) -> list[str | None]:
    """Names of the classes of an error and of what caused it."""
    return [] if error is None else [error.cls_name, *_causes(error.cause)]
