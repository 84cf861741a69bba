"""What is kept and what may go, by the `retention` section of operations.yaml. Nothing that is in use is ever removed.

    releases     after each publication, and by `sna retain`; older ones are archived before they are removed (`archive`)
    deliveries   by `enforce` only: those that were replaced long enough ago, and those that have been kept for as
                 many years since their receipt as the feed's contract says
    runs         of Dagster's history, by `enforce` (`run_history`)
    web          the log of the web UI, by `enforce`, as long as runs
    set aside    what was damaged and moved aside, by `enforce`, as long as replaced deliveries

`sna retain` and the schedule `retention` call `enforce`.

A reader that has a file of a removed release open keeps reading it: the name goes, the file goes when the reader closes it.
A delivery in use whose years are over is first retired; the next refresh publishes without it, and then its rows and its file are
removed. Its record is kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orchestration.home.file_hash import sha256
from orchestration.publication.release import Release
from orchestration.publication.release_retention import releases_to_archive, remove_releases, surplus_releases
from orchestration.publication.releases import current_release, switching

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.contracts.model import FeedContract, FeedKey
    from orchestration.home.settings import Settings
    from orchestration.ingest.landing_log.load_record import LoadRecord

YEAR = timedelta(days=365.25)
# Copies of what was damaged, as patterns of a home. Nothing reads them, and nobody can say what is in them.
SET_ASIDE = ("warehouse.duckdb.damaged", "dagster/*/*.damaged", "dagster/history/runs/*.damaged", "landing/.damaged/*")


@dataclass(frozen=True)
class Retained:
    """What retention removed, or would remove.

    Attributes:
        runs: ids of runs of Dagster's history.
        history_bytes: size of that history before and after.
        stuck: files of the landing zone that should have gone and could not.
        set_aside: copies of what was damaged.
    """

    releases: list[Release]
    deliveries: list[Surplus]
    runs: list[str]
    history_bytes: tuple[int, int]
    stuck: list[str]
    set_aside: list[Path]


def enforce(settings: Settings, instance: dg.DagsterInstance, *, dry_run: bool = False) -> Retained:
    """Apply the policy of operations.yaml and the contracts. The caller holds the home.

    Raises:
        SettingsError: operations.yaml cannot be used.
    """
    from orchestration.contracts.reader import load_contracts
    from orchestration.ingest.landing_log.log import read
    from orchestration.operations import configuration, run_history
    from orchestration.operations.web.access_log import AccessLog
    from orchestration.publication import archive

    now, policy = datetime.now(UTC), configuration.load().retention
    with switching(settings.published):
        releases = surplus_releases(settings.published, policy.releases)
        current = current_release(settings.published)
        published = {delivery["load_id"] for delivery in current.manifest["deliveries"]} if current else set()
        loads = read(settings.landing)
        kept_for = timedelta(days=policy.superseded_deliveries_days)
        deliveries = surplus_deliveries(loads, load_contracts(), published, kept_for, now)
        runs = run_history.surplus(instance, policy, now)
        size = run_history.size(settings)
        damaged = set_aside_before(settings.home, now - kept_for)
        if dry_run:
            return Retained(releases, deliveries, runs, (size, size), [], damaged)
        remove_releases(settings.published, releases)
        for release in releases_to_archive(settings.published):
            archive.archive(release)
        stuck = apply(deliveries, loads, settings.raw, now)
        for path in damaged:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    AccessLog(settings.access_log).prune(policy.run_days)
    run_history.prune(settings, instance, runs)
    return Retained(releases, deliveries, runs, (size, run_history.size(settings)), stuck, damaged)


def set_aside_before(home: Path, moment: datetime) -> list[Path]:
    """Copies of what was damaged that were set aside before a moment: they may have rows of deliveries that are gone by now."""
    found = {path for pattern in SET_ASIDE for path in home.glob(pattern)}
    # Of the times of a file, renaming it changes this one alone.
    return sorted(path for path in found if path.lstat().st_ctime < moment.timestamp())


@dataclass(frozen=True)
class Surplus:
    """A delivery that need not be kept.

    Attributes:
        step: `retire` (in use, but its years are over), `wait` (not in use, but the current release is made of it) or `remove`.
        why: in plain words.
    """

    load: LoadRecord
    step: Literal["retire", "wait", "remove"]
    why: str


def surplus_deliveries(
    loads: Sequence[LoadRecord],
    contracts: Mapping[FeedKey, FeedContract],
    published: Collection[str],
    superseded: timedelta,
    now: datetime,
) -> list[Surplus]:
    """The deliveries that need not be kept, in the order of their receipt.

    Args:
        loads: all of the landing log.
        published: load ids that the current release is made of.
        superseded: for how long a delivery is kept after another has taken its place, or after it was withdrawn.
    """
    from orchestration.ingest.landing_log.log import loads_in_use

    in_use = {load.load_id for load in loads_in_use(loads)}
    found = []
    for load in loads:
        contract = contracts.get((load.agency, load.feed))
        if load.removed_at or contract is None:
            continue
        own = {portion.load_id for portion in load.by_period()}
        used = not own.isdisjoint(in_use) or not own.isdisjoint(published)
        if load.received_at + contract.retention_years * YEAR < now:
            step: Literal["retire", "wait", "remove"] = "remove"
            if used:
                step = "retire" if load.kept else "wait"
            found.append(Surplus(load, step, f"kept for the {contract.retention_years} years of its contract"))
        elif not used and load.withdrawn and (since := datetime.fromisoformat(load.withdrawn.at)) + superseded < now:
            found.append(Surplus(load, "remove", f"withdrawn on {since:%Y-%m-%d}"))
        elif not used and (since_then := _superseded_at(load, loads)) and since_then + superseded < now:
            found.append(Surplus(load, "remove", f"replaced on {since_then:%Y-%m-%d}"))
    return found


def apply(surplus: Sequence[Surplus], loads: Sequence[LoadRecord], raw: Path, now: datetime) -> list[str]:
    """Retire and remove; returns the files of the landing zone that should have gone and could not.

    Records are marked as removed before their rows are deleted, so that nothing reads missing rows; the next call completes an
    interrupted removal.
    """
    from orchestration.ingest.landing_log.log import update_record

    latest = {(load.agency, load.feed, load.file_name): load.load_id for load in loads}
    stuck = []
    at = now.isoformat(timespec="seconds")
    removed = [load for load in loads if load.removed_at]
    for item in surplus:
        if item.step == "retire":
            update_record(replace(item.load, retired_at=at))
        elif item.step == "remove":
            record = replace(item.load, removed_at=at)
            update_record(record)
            removed.append(record)
    for load in removed:
        for rows in load.folder.glob("*.parquet"):
            rows.unlink()
        file = raw / load.agency / load.feed / load.file_name
        # Another delivery may have come under the same name.
        if latest[load.agency, load.feed, load.file_name] != load.load_id or not _is_file_of(file, load):
            continue
        try:
            file.unlink()
        except OSError as error:
            stuck.append(f"{file}: {error.strerror}")
    return stuck


def _superseded_at(load: LoadRecord, loads: Sequence[LoadRecord]) -> datetime | None:
    """When another delivery took the place of all of this one; None where none has."""
    if load.portions:
        replaced = [_superseded_at(portion, loads) for portion in load.by_period()]
        return None if None in replaced else max(day for day in replaced if day is not None)

    def rank(one: LoadRecord) -> tuple[int, datetime, str]:
        return one.version, one.received_at, one.load_id

    def takes_over(other: LoadRecord) -> bool:
        """As `log.loads_in_use` chooses."""
        if other.covers == load.covers:
            return rank(other) > rank(load)
        return (other.received_at, other.extract is None) > (load.received_at, load.extract is None)

    from orchestration.ingest.landing_log.log import by_period

    takers = [
        other.received_at
        for other in by_period(loads)
        if other.verdict == "accepted" and not other.withdrawn and other.slot == load.slot and takes_over(other)
    ]
    return max(load.received_at, min(takers)) if takers else None


def _is_file_of(file: Path, load: LoadRecord) -> bool:
    return file.is_file() and sha256(file) == load.file_sha256
