"""Preview of what delivering a file will change, before it is copied into the landing zone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts.model import FeedContract
from orchestration.contracts.periods import periods_of
from orchestration.ingest.files.readers import count_rows
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.landing_zone.delivery import Name, discover
from orchestration.text.plurals import counted

# So many periods are named one by one.
NAMED = 3


@dataclass(frozen=True)
class Preview:
    """What a file would change if all its rows are accepted.

    Attributes:
        rows: data rows of the file.
        added: periods of which nothing is in use.
        replaced: the loads in use whose place it takes, one per period.
        unread: files of the landing zone that it replaces before they were read.
    """

    rows: int
    added: tuple[str, ...]
    replaced: tuple[LoadRecord, ...]
    unread: tuple[str, ...]

    def __str__(self) -> str:
        """For example `640 rows; adds 2024-04; replaces 2024-03.csv (version 1, 812 rows)`."""
        parts = [counted(self.rows, "row")]
        if self.added:
            parts.append(f"adds {_periods(self.added)}")
        by_file: dict[str, list[LoadRecord]] = {}
        for load in self.replaced:
            by_file.setdefault(load.file_name, []).append(load)
        for name, loads in by_file.items():
            rows = sum(load.rows_accepted for load in loads)
            # Of a longer file only what it holds of these periods.
            within = f" in {_periods([load.period for load in loads])}" if loads[0].extract else ""
            parts.append(f"replaces {name} (version {loads[0].version}, {counted(rows, 'row')}{within})")
        parts += [f"replaces {name}, which was not read yet" for name in self.unread]
        return "; ".join(parts)


def preview(path: Path, contract: FeedContract, name: Name, raw: Path, received: Iterable[LoadRecord]) -> Preview:
    """What a file would change under the name that it would have in the landing zone.

    Args:
        received: the landing log.
    """
    periods = periods_of(contract.cadence, name.period)
    own = [load for load in received if (load.agency, load.feed) == contract.id]
    in_use = {load.period: load for load in loads_in_use(own) if load.part == name.part}
    read = {load.file_name for load in own}
    waiting = [
        delivery.file_name
        for delivery in discover(raw, contract)
        if delivery.part == name.part
        and delivery.file_name not in read
        and _overlap(periods, periods_of(contract.cadence, delivery.period))
    ]
    return Preview(
        rows=count_rows(path, contract),
        added=tuple(period for period in periods if period not in in_use),
        replaced=tuple(in_use[period] for period in periods if period in in_use),
        unread=tuple(waiting),
    )


def _overlap(one: Collection[str], other: Collection[str]) -> bool:
    return not set(one).isdisjoint(other)


def _periods(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= NAMED else f"{len(names)} periods from {names[0]} to {names[-1]}"
