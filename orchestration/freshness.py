"""Is a feed fresh, due or overdue: from its contract's cadence and the deliveries in use.

    fresh            all that is due has been delivered; a feed that is delivered once is fresh for good
    due              the next period's delivery is due and has not come
    overdue          it has not come, and the days of grace are over too
    not delivered    nothing was ever delivered, so nothing says from when on something is due
    demonstration    made-up data stand in for the feed; no agency owes anything, so none is late

A period's delivery is due on its last day plus the contract's `latency`, and overdue `gracePeriod` days later. The feed is judged
by the latest period of which anything is in use; gaps and missing parts further back are what the feeds gate looks at.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from orchestration.periods import bounds, following

if TYPE_CHECKING:
    from orchestration.contracts import FeedContract
    from orchestration.ingest.landing import LoadRecord

State = Literal["fresh", "due", "overdue", "not delivered", "demonstration"]


@dataclass(frozen=True)
class Freshness:
    """How fresh one feed is on one day.

    Attributes:
        next_period: the period whose delivery is awaited next; None where none is.
        due_on: the day from which its absence shows as `due`.
        overdue_on: the day from which it shows as `overdue`.
    """

    state: State
    next_period: str | None = None
    due_on: date | None = None
    overdue_on: date | None = None

    def __str__(self) -> str:
        return f"{self.state}: {self.next_period} was due on {self.due_on}" if self.is_late else self.state

    @property
    def is_late(self) -> bool:
        return self.state in ("due", "overdue")


def judge(contract: FeedContract, in_use: Collection[LoadRecord], on: date) -> Freshness:
    """How fresh a feed is.

    Args:
        in_use: the deliveries in use, of any feed.
        on: the day to judge by.
    """
    own = [load for load in in_use if (load.agency, load.feed) == contract.id]
    if not own:
        return Freshness("not delivered")
    if any(load.environment == "demonstration" for load in own):
        return Freshness("demonstration")
    if contract.latency_days is None or contract.grace_days is None:
        return Freshness("fresh")
    awaited = following(contract.cadence, max(load.period for load in own))
    due = bounds(contract.cadence, awaited)[1] + timedelta(days=contract.latency_days - 1)
    overdue = due + timedelta(days=contract.grace_days)
    return Freshness(state_on(on, due, overdue), awaited, due, overdue)


def state_on(on: date, due_on: date, overdue_on: date) -> State:
    """State of a feed of which nothing has come since these days were reckoned."""
    return "fresh" if on < due_on else "due" if on < overdue_on else "overdue"


def day(as_at: str = "") -> date:
    """The day to judge by: that of `--as-at`, else today in London."""
    return date.fromisoformat(as_at) if as_at else datetime.now(ZoneInfo("Europe/London")).date()
