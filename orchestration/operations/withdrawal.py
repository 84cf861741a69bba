"""Withdraw a delivery: an entry in the landing log, after which the previous version, or nothing, is in use.

Nothing is deleted. The file stays in the landing zone and is not read again; a rebuild for a date before its withdrawal
(`--as-at`) still uses it. To use its content after all, deliver it again: `sna deliver` makes it the next version.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from orchestration.home.file_hash import sha256
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log.impact import Change, changes
from orchestration.ingest.landing_log.load_record import LoadRecord, Withdrawal
from orchestration.ingest.landing_log.log import update_record
from orchestration.ingest.landing_zone.acceptance import record_beside
from orchestration.ingest.landing_zone.delivery import Delivery
from orchestration.ingest.landing_zone.watch import waiting


class NoSuchDeliveryError(LookupError):
    """No delivery, or more than one, has this name; the message lists candidates."""


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal did.

    Attributes:
        loads: the records that it was entered in: every reading of the file's content.
        already: nothing was done, for all of them had been withdrawn before.
        changes: the periods of which another delivery, or none, is now in use.
    """

    loads: tuple[LoadRecord, ...]
    already: bool
    changes: tuple[Change, ...]


def find(loads: Sequence[LoadRecord], name: str) -> list[LoadRecord]:
    """Every reading of the delivery that a person means, the latest last.

    Args:
        loads: the landing log.
        name: load id or the first eight or more digits of it; `<agency>/<feed>/<file name>`, also at the end of a path; or the
            file name alone, where only one feed has it. Where a file was replaced under its name, the name means what came last.

    Raises:
        NoSuchDeliveryError: none or several match.
    """
    wanted = name.replace(os.sep, "/").strip("/")
    matching = [load for load in loads if _is_called(load, wanted)]
    latest = {(load.agency, load.feed, load.file_name): load for load in matching}
    if len(latest) > 1:
        listed = "".join(f"\n  {load.path}" for load in list(latest.values())[:10])
        raise NoSuchDeliveryError(f"'{name}' is the name of {len(latest)} deliveries. Name one of them:{listed}")
    if not latest:
        raise NoSuchDeliveryError(f"There is no delivery '{name}' in the landing log. {_suggestion(loads, wanted)}")
    (one,) = latest.values()
    by_id = [load for load in matching if has_id(load, wanted)]
    content = (by_id[-1] if by_id else one).file_sha256
    same = [load for load in loads if (load.agency, load.feed, load.file_name) == (one.agency, one.feed, one.file_name)]
    return [load for load in same if load.file_sha256 == content]


def find_unread(settings: Settings, loads: Iterable[LoadRecord], name: str) -> Delivery | None:
    """The file of the landing zone that a person means, and that no refresh has read, so that nothing was made of it.

    Args:
        name: as `find` takes it, but no load id.

    Returns:
        None where the name is not that of exactly one such file, or that of a delivery that was read.
    """
    wanted = name.replace(os.sep, "/").strip("/")
    loads = list(loads)
    read = {load.path for load in loads}
    unread = {f"{d.agency}/{d.feed}/{d.file_name}": d for d in waiting(settings)}
    found = [full for full in unread if full not in read and (f"/{wanted}".endswith(f"/{full}") or full.endswith(f"/{wanted}"))]
    if len(found) != 1 or any(_is_called(load, wanted) for load in loads):
        return None
    return unread[found[0]]


def take_back_unread(settings: Settings, loads: Iterable[LoadRecord], name: str) -> str | None:
    """Remove a delivery that no refresh has read (`find_unread`) from the landing zone.

    Returns:
        `<agency>/<feed>/<file name>` of the removed file; None where there is none.
    """
    found = find_unread(settings, loads, name)
    if found is None:
        return None
    record_beside(found.path).unlink(missing_ok=True)
    found.path.unlink()
    return f"{found.agency}/{found.feed}/{found.file_name}"


def changed_since(settings: Settings, load: LoadRecord) -> Delivery | None:
    """The file under the name of a delivery, where it was replaced since and was not read yet; None where it is as it was."""
    there = (d for d in waiting(settings) if f"{d.agency}/{d.feed}/{d.file_name}" == load.path)
    return next((d for d in there if sha256(d.path) != load.file_sha256), None)


def withdraw(loads: Sequence[LoadRecord], chosen: Sequence[LoadRecord], reason: str, now: datetime) -> Withdrawn:
    """Record in the landing log that a delivery was withdrawn. Repeating it changes nothing.

    Args:
        loads: the landing log.
        chosen: what `find` found.
        reason: in the words of the person who withdraws it.

    Raises:
        ValueError: no reason, or `now` has no time zone.
    """
    if not reason.strip() or now.tzinfo is None:
        raise ValueError("a withdrawal needs a reason and a time with a time zone")
    entry = Withdrawal(now.astimezone(UTC).isoformat(timespec="microseconds"), operator(), reason.strip())
    open_ones = [load for load in chosen if load.withdrawn is None]
    entered = {load.load_id: replace(load, withdrawn=entry) for load in open_ones}
    after = [entered.get(load.load_id, load) for load in loads]
    # The last reading is the one in use: as long as it is not withdrawn, an interrupted withdrawal has changed nothing.
    for load in open_ones:
        update_record(entered[load.load_id])
    whole = tuple(entered.get(load.load_id, load) for load in chosen)
    return Withdrawn(whole, not open_ones, tuple(changes(loads, after)))


def has_id(load: LoadRecord, wanted: str) -> bool:
    """Whether a person means it by its load id, or by that of one of its periods, as the ledger has it."""
    return len(wanted) >= 8 and any(one.load_id.startswith(wanted) for one in (load, *load.by_period()))


def operator() -> str:
    """Login name of the person, or service, who runs this process."""
    return pwd.getpwuid(os.getuid()).pw_name


def _is_called(load: LoadRecord, wanted: str) -> bool:
    if has_id(load, wanted):
        return True
    return wanted == load.file_name or wanted == load.path or wanted.endswith(f"/{load.path}")


def _suggestion(loads: Iterable[LoadRecord], wanted: str) -> str:
    names = {load.path: load for load in loads}
    ids = {load.load_id: name for name, load in names.items()}
    by_file: dict[str, list[str]] = {}
    for name, load in names.items():
        by_file.setdefault(load.file_name, []).append(name)
    close = get_close_matches("/".join(Path(wanted).parts[-3:]), names, n=5, cutoff=0.75)
    close += [name for file in get_close_matches(Path(wanted).name, by_file, n=2, cutoff=0.8) for name in by_file[file]]
    close += [ids[found] for found in get_close_matches(wanted, ids, n=2, cutoff=0.8)]
    if not close:
        return "`sna feeds` lists the feeds, `sna deliveries FEED` what was received of one."
    return "Did you mean:" + "".join(f"\n  {name}" for name in list(dict.fromkeys(close))[:5])
