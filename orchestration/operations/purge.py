"""Remove an unlawful delivery everywhere, and record that this was done.

    landing/purging/<hash>.json    a purge under way: what is still to be removed; gone when nothing is left
    landing/purged/<hash>.json     that a delivery was purged: when, by whom, on what basis, of which feed and period

`<hash>` is the SHA-256 of the delivery's load id. What is kept holds no value of a row, no file name and no hash of the content.

What was made since the delivery was received may hold something of it: samples of a failing check, messages, differences
between releases. So all releases, runs of Dagster and runs of the vault from that moment on are removed, whether they used it or
not. Each step can be done again, and the entry under way is written before the first: an interrupted purge is completed by the
same command, and no refresh starts before it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import lock, whole_file
from orchestration.home.file_hash import sha256
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log as log
from orchestration.ingest.landing_zone.acceptance import record_beside
from orchestration.operations import run_erasure
from orchestration.operations.retention import SET_ASIDE
from orchestration.publication import release_retention, reports
from orchestration.publication.integrity import wrong_bytes
from orchestration.publication.release import FILE, MANIFEST, DamagedReleaseError, Release
from orchestration.publication.releases import ROLLBACK, all_releases, ids, make_current, switching

if TYPE_CHECKING:
    from orchestration.ingest.landing_log.load_record import LoadRecord
    from orchestration.ingest.landing_zone.delivery import Delivery

PURGING, PURGED = "purging", "purged"
# Before anything was made.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
# What is derived from the landing log, or only says what happened while something was derived, and is made again when needed.
DERIVED = (
    *("warehouse.duckdb*", "spill", "data_docs", "dbt", "refusals", "logs", "idle.json", "failure.json"),
    *SET_ASIDE,
    # Nothing else uses this home: what is here was left by a process that was killed.
    *("landing/.incoming", "vault/.outgoing-*", ".idle.json.*", ".failure.json.*"),
    *("landing/purging/.*", "landing/purged/.*"),
)


class UnfinishedPurgeError(RuntimeError):
    """A purge was interrupted, so nothing else may start; the message says what to do."""


@dataclass(frozen=True)
class Entry:
    """That a delivery was purged.

    Attributes:
        record: SHA-256 (hex) of the load id of the delivery.
        at: ISO 8601, UTC.
        by: login name of who did it.
        basis: in that person's words, for example the decision or the legal ground.
    """

    record: str
    agency: str
    feed: str
    period: str
    at: str
    by: str
    basis: str


@dataclass(frozen=True)
class Purge:
    """A purge that is to be done, or to be completed.

    Attributes:
        loads: folders of the landing log, relative to it: every load of the content under any name, and counts that the vault has
            drawn from it.
        file_sha256, file_size: of the content in the landing zone.
        since: ISO 8601, UTC: when the content was first received.
    """

    entry: Entry
    loads: tuple[str, ...]
    file_sha256: str
    file_size: int
    since: str

    @property
    def start(self) -> datetime:
        return datetime.fromisoformat(self.since)

    @property
    def received(self) -> str:
        """Since when there may be anything of it, as the rest of a sentence."""
        if self.start == EVER:
            return "received while the clock of this computer was ahead, so that all that there is may be of later"
        return f"first received on {self.since[:10]}"

    @property
    def file_name(self) -> str:
        """Of its entries."""
        return f"{self.entry.record}.json"


@dataclass(frozen=True)
class Removed:
    """How much a purge removed: files of the landing zone, loads, releases, runs of Dagster and of the vault."""

    files: int
    loads: int
    releases: int
    runs: int
    vault_runs: int


def plan(settings: Settings, loads: Sequence[LoadRecord], chosen: Sequence[LoadRecord], basis: str, now: datetime) -> Purge:
    """What the purge of a delivery has to remove.

    Args:
        loads: the landing log.
        chosen: what `withdrawal.find` found.

    Raises:
        ValueError: no basis, or `now` has no time zone.
    """
    last = chosen[-1]
    entry = _entry(last.load_id, last.agency, last.feed, last.period, basis, now)
    copies = [load for load in loads if load.file_sha256 == last.file_sha256]
    since = _since(settings, copies, now)
    drawn = [load for load in loads if _is_drawn_from(load, last) and _received(load) >= since]
    folders = tuple(str(load.folder.relative_to(settings.landing)) for load in (*copies, *drawn))
    return Purge(entry, folders, last.file_sha256, last.file_size, since.isoformat(timespec="microseconds"))


def plan_unread(settings: Settings, loads: Sequence[LoadRecord], unread: Delivery, basis: str, now: datetime) -> Purge:
    """What the purge of a file has to remove that no refresh has read: of its content, nothing may have been made yet.

    Raises:
        ValueError: as `plan`.
    """
    content = sha256(unread.path)
    if copies := [load for load in loads if load.file_sha256 == content]:
        return plan(settings, loads, copies, basis, now)
    entry = _entry(secrets.token_hex(), unread.agency, unread.feed, unread.period, basis, now)
    # When it came to be here; the time of change of its content may be that of its sender.
    since = min(datetime.fromtimestamp(unread.path.stat().st_ctime, UTC), now)
    return Purge(entry, (), content, unread.size, since.isoformat(timespec="microseconds"))


def _entry(name: str, agency: str, feed: str, period: str, basis: str, now: datetime) -> Entry:
    from orchestration.operations.withdrawal import operator

    if not basis.strip() or now.tzinfo is None:
        raise ValueError("a purge needs a basis and a time with a time zone")
    record = hashlib.sha256(name.encode()).hexdigest()
    return Entry(record, agency, feed, period, now.astimezone(UTC).isoformat(timespec="seconds"), operator(), basis.strip())


def _since(settings: Settings, copies: Sequence[LoadRecord], now: datetime) -> datetime:
    """The time from which on anything may have been made of a content.

    A clock that was ahead when it was received, and was set back since, makes what came later look earlier: a release that says
    to be made of it counts from when it was published, and of a time that is still to come nothing can be said.
    """
    ids = {portion.load_id for load in copies for portion in load.by_period()}
    releases = all_releases(settings.published) if settings.published.exists() else []
    made = [release for release in releases if any(each["load_id"] in ids for each in release.manifest.get("deliveries", ()))]
    since = min(
        [
            *(_received(load) for load in copies),
            *(datetime.fromisoformat(release.manifest["published_at"]).astimezone(UTC) for release in made),
        ]
    )
    return since if since <= now else EVER


def purge(settings: Settings, found: Purge) -> Removed:
    """Remove a delivery everywhere below the landing zone and the home. The caller holds the home, and rebuilds it afterwards.

    Raises:
        VaultLockedError: there is a vault, and its key is missing or wrong; nothing was removed.
        LogBrokenError: there is a vault whose log is broken; nothing was removed.
        HomeLockedError: `sna run` serves this home, and nothing was removed; or another process has Dagster's history locked, and
            the same command completes the purge.
    """
    # With it comes what reads operations.yaml, which no other command needs.
    from orchestration.operations.service import SERVICE

    if lock.is_alive(settings.runs_alive, SERVICE):
        raise lock.HomeLockedError(
            f"`sna run` serves {settings.home} and holds Dagster's history: end it, then purge. Nothing was removed."
        )
    key = _vault_key(settings)
    _write(settings.landing / PURGING / found.file_name, asdict(found))
    files = _remove_from_landing_zone(settings, found)
    loads = _remove_from_landing_log(settings, found)
    releases = _remove_releases(settings, found.start)
    _remove_derived(settings)
    runs = _erase_runs(settings, found.start)
    vault_runs = 0
    if key is not None:
        from orchestration.vault_runs import access
        from vault import erasure

        vault_runs = erasure.erase(settings.vault, key, found.start, access.ENGINE, why=f"Purge: {found.entry.basis}")
    _write(settings.landing / PURGED / found.file_name, asdict(found.entry))
    (settings.landing / PURGING / found.file_name).unlink()
    whole_file.sync(settings.landing / PURGING)
    return Removed(files, loads, releases, runs, vault_runs)


def _erase_runs(settings: Settings, since: datetime) -> int:
    if not settings.dagster_home.exists():
        return 0
    try:
        return run_erasure.erase(settings.dagster_home, since)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise lock.HomeLockedError(
            f"Another process, perhaps Dagster's web server or daemon, has a file of {settings.dagster_home} in use ({error}). "
            "Stop it, then run the same command again: it completes the purge."
        ) from error


def unfinished(settings: Settings) -> list[Purge]:
    """The purges that were interrupted, the first one first.

    Raises:
        UnfinishedPurgeError: the record of one cannot be read.
    """
    found = []
    for path in (settings.landing / PURGING).glob("[!.]*.json"):
        try:
            document = json.loads(path.read_bytes())
            found.append(Purge(**{**document, "entry": Entry(**document["entry"]), "loads": tuple(document["loads"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise UnfinishedPurgeError(
                f"{path} is damaged: it records a purge that was interrupted. Restore it from a backup, then run the same"
                " `sna purge` again; or delete it, and purge the delivery again."
            ) from error
    return sorted(found, key=lambda purge: purge.entry.at)


def entries(settings: Settings) -> list[Entry]:
    """What was purged, the first one first.

    Raises:
        RecordDamagedError: the record of one cannot be read.
    """
    found = []
    for path in (settings.landing / PURGED).glob("[!.]*.json"):
        try:
            found.append(Entry(**json.loads(path.read_bytes())))
        except (ValueError, TypeError) as error:
            raise log.RecordDamagedError(
                f"{path} is damaged: it records that a delivery was purged. Restore it from a backup."
            ) from error
    return sorted(found, key=lambda entry: entry.at)


def require_finished(settings: Settings) -> None:
    """Make sure that nothing is built from data that are being removed.

    Raises:
        UnfinishedPurgeError: a purge was interrupted.
    """
    for found in unfinished(settings):
        entry = found.entry
        raise UnfinishedPurgeError(
            f"The purge of a delivery of {entry.agency}/{entry.feed} ({entry.period}) was interrupted. Run the same `sna purge`"
            " again; it completes the interrupted one."
        )


def _received(load: LoadRecord) -> datetime:
    """When a load was received, by its record or, where a clock was wrong, by the time of its files, whichever is earlier."""
    written = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in load.folder.glob("*.parquet")]
    return min([load.received_at, *written])


def _is_drawn_from(load: LoadRecord, source: LoadRecord) -> bool:
    """Whether a load holds counts that the vault may have drawn from another."""
    from orchestration.vault_runs import knife_carriers, linked_people

    # By the names of feeds: an area's file may no longer say who sent them.
    drawn = {knife_carriers.COUNTS: knife_carriers.READ, linked_people.COUNTS: (linked_people.REGISTER,)}
    return any(
        load.feed == counts.rpartition("/")[2] and source.feed in [feed.rpartition("/")[2] for feed in read]
        for counts, read in drawn.items()
    )


def _vault_key(settings: Settings) -> str | None:
    """The verified key of the vault; None where there is no vault."""
    from orchestration.vault_runs import access
    from vault import store

    if not store.is_founded(settings.vault):
        return None
    key = access.provided_key(settings)
    with access.opened(settings, key):
        return key


def _remove_from_landing_zone(settings: Settings, found: Purge) -> int:
    """Every file with the content, under whatever name, and what a delivery of the feed left half copied."""
    feed = settings.raw / found.entry.agency / found.entry.feed
    gone = [path for path in _files(settings.raw) if _holds(path, found)] + sorted(feed.glob(".*.part"))
    for path in gone:
        # It holds the hash of the content, and a person's words about it.
        record_beside(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        whole_file.sync(path.parent)
    return len(gone)


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent) / name for name in names)


def _holds(path: Path, found: Purge) -> bool:
    if not path.is_file() or path.stat().st_size != found.file_size:
        return False
    return sha256(path) == found.file_sha256


def _remove_from_landing_log(settings: Settings, found: Purge) -> int:
    gone = [folder for name in found.loads if (folder := settings.landing / name).exists()]
    # Half a folder must not look like a delivery; what a killed process leaves in its workspace, the next one removes.
    with log.incoming_folder(settings.landing) as trash:
        for folder in gone:
            folder.rename(trash / folder.name)
            whole_file.sync(folder.parent)
            if not any(folder.parent.iterdir()):
                folder.parent.rmdir()
    return len(gone)


def _remove_releases(settings: Settings, since: datetime) -> int:
    """The releases since then. The newest earlier one becomes current, or none until the rebuild has published."""
    published = settings.published
    if not published.exists():
        return 0
    with switching(published):
        known = {release.id: release for release in all_releases(published)}
        # A release whose manifest cannot be read says when it was published by its name.
        named = {name: known[name].manifest["published_at"] if name in known else _time_in(name) for name in ids(published)}
        gone = [name for name, at in named.items() if datetime.fromisoformat(at) >= since.replace(microsecond=0)]
        left = [release for release in known.values() if release.id not in gone and not release.manifest["as_at"]]
        if not any(release.current for release in left):
            _lead_readers(published, left)
        if gone:
            (published / ROLLBACK).unlink(missing_ok=True)
        release_retention.remove_releases(published, [known[name] for name in gone if name in known])
        # A report says in words and pictures what its release did, and the rebuild makes it again.
        reports.remove(published)
        for half in (*(published / "releases" / name for name in gone), *published.glob("releases/.*")):
            if half.exists():
                shutil.rmtree(half)
    return len(gone)


def _lead_readers(published: Path, left: Sequence[Release]) -> None:
    """Make the newest usable one of these releases current, or none."""
    # The newest that is whole; a damaged one only where there is no other.
    newest_first = left[::-1]
    for release in sorted(newest_first, key=lambda one: bool(wrong_bytes(one.folder))):
        with suppress(DamagedReleaseError):
            make_current(published, release.id)
            return
    for name in (FILE, MANIFEST, "current"):
        (published / name).unlink(missing_ok=True)


def _time_in(release_id: str) -> str:
    moment = datetime.strptime(release_id.partition("-")[0], "%Y%m%dT%H%M%S%fZ")
    return moment.replace(tzinfo=UTC).isoformat(timespec="seconds")


def _remove_derived(settings: Settings) -> None:
    for pattern in DERIVED:
        for path in settings.home.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _write(path: Path, document: Mapping[str, object]) -> None:
    """Whole or not at all, and on the disk before anything else happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_file.write(path, json.dumps(document, indent=1), durable=True)
