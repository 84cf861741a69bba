"""Schedules and sensors of the environment that `SNA_ENVIRONMENT` names; none where it is not set.

A schedule or sensor that an environment does not declare is not registered there at all: whatever is registered can be
switched on in the web UI, and the instance remembers that for ever.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.defs.retention_job import retention_job
from orchestration.home import lock
from orchestration.home.settings import Settings
from orchestration.ingest.landing_zone import watch
from orchestration.ingest.landing_zone.delivery import Delivery
from orchestration.operations import alerts, configuration

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

    from orchestration.contracts.model import FeedContract

LONDON = "Europe/London"
DELIVERIES_TAG = "sna/deliveries"
TAGGED = 20

# A run that waits for its process counts as running; one that has begun holds the home.
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING]


def automation(
    settings: Settings, contracts: "Sequence[FeedContract]", job: "Job"
) -> tuple[list[dg.ScheduleDefinition], list[dg.SensorDefinition]]:
    """The schedules and sensors that the environment in force declares.

    Raises:
        SettingsError: operations.yaml cannot be used, or does not declare the environment.
    """
    policy = configuration.load()
    environment = policy.environment()
    if environment is None:
        return [], []
    schedules = [monthly_refresh(environment.monthly_refresh, job)] if environment.monthly_refresh else []
    if environment.retention:
        schedules.append(retention_schedule(environment.retention))
    sensors = [alerts.failure_sensor(policy, environment)]
    if environment.landing_zone:
        sensors.append(landing_zone_sensor(settings, contracts, environment.landing_zone, job))
    return schedules, sensors


def monthly_refresh(when: configuration.Monthly, job: "Job") -> dg.ScheduleDefinition:
    """The refresh by the calendar, at the same wall-clock time in summer and winter."""
    return dg.ScheduleDefinition(
        name="monthly_refresh",
        job=job,
        cron_schedule=when.cron,
        execution_timezone=LONDON,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"The whole refresh on day {when.day} of each month at {when.hour:02d}:00 in London.",
    )


def retention_schedule(when: configuration.Monthly) -> dg.ScheduleDefinition:
    """Retention by the calendar."""
    return dg.ScheduleDefinition(
        name="retention",
        job=retention_job,
        cron_schedule=when.cron,
        execution_timezone=LONDON,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Runs `sna retain` on day {when.day} of each month at {when.hour:02d}:00 in London.",
    )


def landing_zone_sensor(
    settings: Settings, contracts: "Sequence[FeedContract]", zone: configuration.LandingZone, job: "Job"
) -> dg.SensorDefinition:
    """One run for all deliveries that have come to rest; none while one is still changing, or while a refresh runs."""

    @dg.sensor(
        name="landing_zone",
        job=job,
        minimum_interval_seconds=zone.check_every_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a refresh when new or changed deliveries have come to rest in the landing zone.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        before = watch.Watch.from_text(context.cursor)
        found = watch.look(settings, contracts, before, now=time.time(), settle_seconds=zone.settle_seconds)
        if reason := _why_not(context.instance, settings, job.name, found):
            return dg.SensorResult(skip_reason=reason, cursor=found.watch.as_text())
        request = dg.RunRequest(
            run_key=watch.run_key(found.at_rest),
            tags={DELIVERIES_TAG: _listed([f"{d.agency}/{d.feed}/{d.period}" for d in found.at_rest])},
        )
        return dg.SensorResult(run_requests=[request], cursor=found.asked().as_text())

    return sensor


def _why_not(instance: dg.DagsterInstance, settings: Settings, job: str, found: watch.Look) -> str | None:
    if found.moving:
        return f"Waiting until {_files(found.moving)} has stopped changing."
    if not found.at_rest:
        return "No new delivery."
    if who := lock.holder(settings.home):
        return f"{_files(found.at_rest)} waits: {who} is refreshing."
    waiting = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=WAITING), limit=1)
    if waiting:
        return f"{_files(found.at_rest)} waits: run {waiting[0].dagster_run.run_id[:8]} is about to start."
    return None


def _files(deliveries: Sequence[Delivery]) -> str:
    return _listed([f"{d.agency}/{d.feed}/{d.file_name}" for d in deliveries], 3)


def _listed(names: Sequence[str], most: int = TAGGED) -> str:
    names = sorted(set(names))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
