"""Impact of a change of the landing log on the data: the delivery in use of each period and part, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import loads_in_use


@dataclass(frozen=True)
class Change:
    """One period and part of a feed whose delivery in use changes; None where nothing is in use."""

    before: LoadRecord | None
    after: LoadRecord | None

    @property
    def period(self) -> str:
        return _named(self.after or self.before).period

    @property
    def part(self) -> str:
        return _named(self.after or self.before).part

    def __str__(self) -> str:
        """For example `2023-07: 2023-07.v2.csv with 812 rows, instead of 2023-07.csv with 640 rows`."""
        where = f"{self.period} {self.part}".rstrip()
        if self.before is None:
            return f"{where}: {_rows(self.after)}, where there was nothing"
        if self.after is None:
            return f"{where}: nothing, instead of {_rows(self.before)}"
        return f"{where}: {_rows(self.after)}, instead of {_rows(self.before)}"


def changes(before: Iterable[LoadRecord], after: Iterable[LoadRecord]) -> list[Change]:
    """Compare the deliveries in use of two states of the landing log, in order of agency, feed, period and part."""
    sides = [{load.slot: load for load in loads_in_use(loads)} for loads in (before, after)]
    slots = sorted(sides[0].keys() | sides[1].keys())
    pairs = [Change(sides[0].get(slot), sides[1].get(slot)) for slot in slots]
    return [pair for pair in pairs if _id(pair.before) != _id(pair.after)]


def periods(found: Sequence[Change]) -> str:
    """The periods of some changes, for a message: one by one where they are few, else how many and from when to when."""
    names = sorted({change.period for change in found})
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} periods from {names[0]} to {names[-1]}"


def _named(load: LoadRecord | None) -> LoadRecord:
    assert load is not None
    return load


def _rows(load: LoadRecord | None) -> str:
    return f"{_named(load).file_name} with {_named(load).rows_accepted:,} rows"


def _id(load: LoadRecord | None) -> str | None:
    return load.load_id if load else None
