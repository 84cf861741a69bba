"""Is a feed fresh, due or overdue: from its contract's cadence and the deliveries in use, each part of a feed on its own.

    fresh            all that is due has been delivered; a feed that is delivered once is fresh for good
    due              the next period's delivery of a part is due and has not come
    overdue          it has not come, and the days of grace are over too
    not delivered    nothing was ever delivered, so nothing says from when on something is due
    demonstration    made-up data replace the feed; no agency owes anything, so none is late

A period's delivery is due on its last day plus the contract's `latency`, and overdue `gracePeriod` days later. A part (one force
of a feed of several; the whole of any other feed) is judged by its latest period, and a feed by the part that is furthest behind.
Periods that are missing before a part's latest one are named and make nothing late: the feeds gate judges them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from orchestration.contracts.periods import bounds, following, keys

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract
    from orchestration.ingest.landing_log.load_record import LoadRecord

State = Literal["fresh", "due", "overdue", "not delivered", "demonstration"]
NAMED = 3


@dataclass(frozen=True)
class Part:
    """What is in use of a part of a feed.

    Attributes:
        name: empty where the feed has no parts.
        missing: periods between the first and the last of which nothing is in use.
        next_period: the period whose delivery is awaited next; None where none is.
        due_on: the day from which its absence shows as `due`.
        overdue_on: the day from which it shows as `overdue`.
    """

    name: str
    first_period: str
    last_period: str
    missing: tuple[str, ...] = ()
    next_period: str | None = None
    due_on: date | None = None
    overdue_on: date | None = None

    def state(self, on: date) -> State:
        """State of the part on a day, if nothing more of it has come by then."""
        if self.due_on is None or self.overdue_on is None or on < self.due_on:
            return "fresh"
        return "due" if on < self.overdue_on else "overdue"


@dataclass(frozen=True)
class Freshness:
    """How fresh one feed is on one day.

    Attributes:
        on: that day.
        parts: what is in use, by part.
        exempt: why nothing of it can be late; None where something can.
    """

    on: date
    parts: tuple[Part, ...] = ()
    exempt: Literal["not delivered", "demonstration"] | None = None

    def __str__(self) -> str:
        due = [_of(part, part.next_period, f" due {part.due_on}") for part in self._late or self._first if part.next_period]
        missing = [_of(part, period) for part in self.parts for period in part.missing]
        return "; ".join([self.state, *([_listed(due)] if due else []), *([f"missing {_listed(missing)}"] if missing else [])])

    @property
    def state(self) -> State:
        return self.exempt or (self._first[0].state(self.on) if self._first else "fresh")

    @property
    def is_late(self) -> bool:
        return self.state in ("due", "overdue")

    @property
    def next_period(self) -> str | None:
        """The period that is awaited of the part that is furthest behind."""
        return self._first[0].next_period if self._first else None

    @property
    def due_on(self) -> date | None:
        return self._first[0].due_on if self._first else None

    @property
    def overdue_on(self) -> date | None:
        return self._first[0].overdue_on if self._first else None

    @property
    def _first(self) -> list[Part]:
        """The part that is furthest behind, alone; empty where no part is awaited."""
        return sorted((part for part in self.parts if part.due_on), key=lambda part: (part.due_on, part.name))[:1]

    @property
    def _late(self) -> list[Part]:
        return [part for part in self.parts if part.state(self.on) != "fresh"]


def judge(contract: FeedContract, in_use: Collection[LoadRecord], on: date) -> Freshness:
    """How fresh a feed is.

    Args:
        in_use: the deliveries in use, of any feed.
        on: the day to judge by.
    """
    own = [load for load in in_use if (load.agency, load.feed) == contract.id]
    exempt = _exempt(own)
    periods: dict[str, set[str]] = {}
    for load in own:
        periods.setdefault(load.part, set()).add(load.period)
    parts = (_part(contract, name, found, awaited=exempt is None) for name, found in sorted(periods.items()))
    return Freshness(on, tuple(parts), exempt)


def _exempt(own: Sequence[LoadRecord]) -> Literal["not delivered", "demonstration"] | None:
    if not own:
        return "not delivered"
    return "demonstration" if any(load.environment == "demonstration" for load in own) else None


def _part(contract: FeedContract, name: str, periods: Collection[str], *, awaited: bool) -> Part:
    cadence, first, last = contract.cadence, min(periods), max(periods)
    # A return that covers several periods (its name alone says which it is) leaves no gap where an earlier one is missing.
    every = keys(cadence, bounds(cadence, first)[0], bounds(cadence, last)[0]) if contract.period.column else []
    part = Part(name, first, last, tuple(period for period in every if period not in periods))
    if not awaited or contract.latency_days is None or contract.grace_days is None:
        return part
    following_period = following(cadence, last)
    due = bounds(cadence, following_period)[1] + timedelta(days=contract.latency_days - 1)
    return Part(name, first, last, part.missing, following_period, due, due + timedelta(days=contract.grace_days))


def _of(part: Part, period: str | None, more: str = "") -> str:
    return f"{part.name} {period}{more}".strip()


def _listed(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def day(as_at: str = "") -> date:
    """The day to judge by: that of `--as-at`, else today in London."""
    return date.fromisoformat(as_at) if as_at else datetime.now(ZoneInfo("Europe/London")).date()
