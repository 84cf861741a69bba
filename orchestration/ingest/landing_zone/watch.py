"""Watching the landing zone: which deliveries are complete and were not requested yet.

Each check costs one listing; no file is opened. The landing log is read only for feeds whose listing has changed since all of it
was known. The state kept between two checks is small, however long the history: a digest per feed, and the files that are not
settled yet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from orchestration.ingest.landing_zone.delivery import Delivery, discover

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract
    from orchestration.home.settings import Settings

Mark = list[int]


@dataclass(frozen=True)
class Watch:
    """What was seen so far; `as_text` is the sensor's cursor.

    Attributes:
        known: feed → digest of its listing when every file of it was in the landing log.
        seen: file → [size, time of change, when it was first seen so]; files that are not at rest yet.
        asked: file → [size, time of change]; a run was asked for, and the landing log does not have them yet.
    """

    known: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Mark] = field(default_factory=dict)
    asked: dict[str, Mark] = field(default_factory=dict)

    def as_text(self) -> str:
        """As the cursor of a sensor: JSON, always the same for the same content."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_text(cls, text: str | None) -> Watch:
        """What `as_text` wrote; text of another version counts as nothing seen, which costs one more look at the landing log."""
        try:
            return cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls()


@dataclass(frozen=True)
class Look:
    """One look at the landing zone.

    Attributes:
        at_rest: new or changed deliveries that have stopped changing.
        moving: those that have not.
        watch: what to remember when nothing is asked for.
    """

    at_rest: list[Delivery]
    moving: list[Delivery]
    watch: Watch

    def asked(self) -> Watch:
        """What to remember when a run was asked for all that is at rest."""
        asked = {**self.watch.asked, **{_name(d): _mark(d) for d in self.at_rest}}
        seen = {name: mark for name, mark in self.watch.seen.items() if name not in asked}
        return Watch(self.watch.known, seen, asked)


def look(settings: Settings, contracts: Iterable[FeedContract], before: Watch, *, now: float, settle_seconds: int) -> Look:
    """List the landing zone and compare with what was seen before.

    Args:
        now: seconds since the epoch.
        settle_seconds: a file is at rest when its size and time of change have been the same for so long.
    """
    after = Watch()
    at_rest: list[Delivery] = []
    moving: list[Delivery] = []
    for contract in contracts:
        feed = "/".join(contract.id)
        listing = discover(settings.raw, contract)
        digest = _digest(listing)
        if before.known.get(feed) != digest:
            new = not_landed(settings, contract, listing)
            if not new:
                after.known[feed] = digest
            for delivery in new:
                name, mark = _name(delivery), _mark(delivery)
                if before.asked.get(name) == mark:
                    after.asked[name] = mark
                    continue
                last = before.seen.get(name)
                since = min(last[2], int(now)) if last is not None and last[:2] == mark else int(now)
                after.seen[name] = [*mark, since]
                (at_rest if now - since >= settle_seconds else moving).append(delivery)
        else:
            after.known[feed] = digest
    return Look(at_rest, moving, after)


def waiting(settings: Settings) -> list[Delivery]:
    """Deliveries of the landing zone that were not read yet, or have changed since."""
    from orchestration.contracts.reader import load_contracts

    contracts = load_contracts().values()
    return [d for contract in contracts for d in not_landed(settings, contract, discover(settings.raw, contract))]


def run_key(deliveries: Sequence[Delivery]) -> str:
    """The same for the same files in the same state, so that no run is asked for twice."""
    return _digest(deliveries)


def not_landed(settings: Settings, contract: FeedContract, listing: Sequence[Delivery]) -> list[Delivery]:
    """Files that the landing log does not have in this state; a refused one it has, so it is not asked for again."""
    from orchestration.ingest.landing_log.log import read

    landed = {(load.file_name, load.file_size, load.file_mtime_ns) for load in read(settings.landing, *contract.id)}
    return [d for d in listing if (d.file_name, d.size, d.mtime_ns) not in landed]


def _digest(deliveries: Iterable[Delivery]) -> str:
    lines = sorted(f"{_name(d)}\t{d.size}\t{d.mtime_ns}" for d in deliveries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def _name(delivery: Delivery) -> str:
    return f"{delivery.agency}/{delivery.feed}/{delivery.file_name}"


def _mark(delivery: Delivery) -> Mark:
    return [delivery.size, delivery.mtime_ns]
