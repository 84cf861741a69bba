"""Write the month that follows the last one of a demonstration, so that the monthly routine can be practised."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np

from orchestration.ingest.landing_zone import demonstration
from synthetic.demo.faults import add_faults_to_month
from synthetic.demo.next_month.agencies import FEEDS, write_events
from synthetic.demo.next_month.archive import STREET, write_archive
from synthetic.demo.next_month.donors import Zone
from synthetic.demo.next_month.police import CRIMES, INTELLIGENCE, Force, write_intelligence
from synthetic.demo.next_month.returns import RETURNS, write_counts, write_lifestyle
from synthetic.feeds.knife_carriers import LIFESTYLE

LAST = "2025-03"
"""The last month that can be written."""

Written = Iterator[tuple[str, Path, int]]


class NoNextMonthError(ValueError):
    """No further month can be written; the message says why and what to do."""


@dataclass
class NextMonth:
    """What was written.

    Attributes:
        month: `2024-05`.
        files: with their feeds and rows.
        faults: that were added.
        seconds: it took.
    """

    month: str
    files: list[tuple[str, Path, int]] = field(default_factory=list)
    faults: int = 0
    seconds: float = 0.0


def write_next_month(raw: Path, *, seed: int = 2024, faults: bool = False) -> NextMonth:
    """Write the month after the last one of the crimes in a demonstration's landing zone, and list its files.

    Every feed that ends earlier is brought up to it, returns with the periods that have ended by then. ``faults`` adds faults.
    The same seed and landing zone make the same bytes. Raises NoNextMonthError after `LAST`, and where there is no demonstration.
    """
    started = perf_counter()
    zone = Zone(Path(raw))
    last = zone.last(CRIMES)
    if last is None or not (zone.raw / demonstration.FILE).exists():
        raise NoNextMonthError(f"{raw} holds no demonstration. Write one with `sna demo`.")
    if last >= LAST:
        raise NoNextMonthError(
            f"The demonstration ends with {LAST}: no later month can be written. `sna demo` in another home begins again."
        )
    month = np.datetime64(last, "M") + 1
    done = NextMonth(str(month))
    for feed, writer in _writers().items():
        for missing in _missing(zone, feed, month):
            rng = np.random.default_rng([seed, missing.astype(int), zlib.crc32(feed.encode())])
            done.files.extend(writer(rng, zone, missing))
    for feed in (*RETURNS, LIFESTYLE):
        rng = np.random.default_rng([seed, month.astype(int), zlib.crc32(feed.encode())])
        done.files.extend(write_lifestyle(rng, zone, month) if feed == LIFESTYLE else write_counts(rng, zone, feed, month))
    if faults:
        done.faults = add_faults_to_month(zone.raw, str(month), seed=seed)
    demonstration.add(zone.raw, [path for _, path, _ in done.files])
    done.seconds = perf_counter() - started
    return done


def _writers() -> dict[str, Callable[[np.random.Generator, Zone, np.datetime64], Written]]:
    """What writes a month of a feed, and of those that go with it; in the order in which one needs the other."""

    def events(feed: str) -> Callable[[np.random.Generator, Zone, np.datetime64], Written]:
        return lambda rng, zone, month: write_events(rng, zone, feed, month)

    return {
        CRIMES: lambda rng, zone, month: Force(rng, zone, month).write(),
        INTELLIGENCE: write_intelligence,
        STREET: write_archive,
        **{feed: events(feed) for feed in FEEDS},
    }


def _missing(zone: Zone, feed: str, month: np.datetime64) -> list[np.datetime64]:
    """Months after a feed's last, up to the new one; none where it was never delivered."""
    last = zone.last(feed)
    return [] if last is None else list(np.arange(np.datetime64(last, "M") + 1, month + 1))
