"""Returns whose period has ended by the new month: the last one of the feed with its numbers moved.

Ours: that each number changes by a few per cent. The tables have no totals of their own, so they add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from orchestration.contracts.periods import Cadence, bounds, following
from synthetic.demo.next_month.donors import GROWTH, SPREAD, Zone, redated
from synthetic.demo.next_month.police import NOMINAL, SUSPECTS
from synthetic.feeds.constabulary import DAY
from synthetic.feeds.files import write_csv
from synthetic.feeds.knife_carriers import LIFESTYLE

SMALL = 30
"""Counts below this move by chance, larger ones by their rate."""


@dataclass(frozen=True)
class Counts:
    """A table of counts.

    Attributes:
        number: column with the counts.
        year: column with the financial year.
    """

    number: str
    year: str = "Financial Year"
    cadence: Cadence = "annual"


RETURNS = {
    "derby_city_youth_justice/offenders": Counts("Offenders"),
    "derbyshire_county_youth_justice/offenders": Counts("Offenders"),
    "derbyshire_fire_and_rescue/referrals": Counts("Referrals"),
    "probation_service/cases_by_age_and_sentence": Counts("Cases"),
}


def missing(folder: Path, cadence: Cadence, month: np.datetime64) -> Iterator[tuple[Path, str]]:
    """The last delivery of a feed, and each later period that has ended with the month; nothing where it has none."""
    found = sorted(path for path in folder.glob("*.csv") if ".v" not in path.name)
    if not found:
        return
    period = following(cadence, found[-1].stem)
    while bounds(cadence, period)[1] <= (month + 1).astype("datetime64[D]").item():
        yield found[-1], period
        period = following(cadence, period)


def write_counts(rng: np.random.Generator, zone: Zone, feed: str, month: np.datetime64) -> Iterator[tuple[str, Path, int]]:
    """Write what is missing of one of `RETURNS`; yields feed, path and rows of each file."""
    table = RETURNS[feed]
    for last, period in missing(zone.raw / feed, table.cadence, month):
        frame = pd.read_csv(last, dtype=object, keep_default_na=False)
        counts = frame[table.number].astype(int).to_numpy()
        change = np.exp(rng.normal(*GROWTH) + rng.normal(0, SPREAD, len(counts)))
        moved = np.where(counts < SMALL, rng.poisson(counts), np.rint(counts * change))
        frame[table.number] = moved.astype(int)
        frame[table.year] = period.replace("-", "/")
        path = last.with_name(f"{period}.csv")
        yield feed, path, write_csv(frame, path)


def write_lifestyle(rng: np.random.Generator, zone: Zone, month: np.datetime64) -> Iterator[tuple[str, Path, int]]:
    """Write the assessments of the quarters that have ended: of people assessed before, and of suspects of the quarter."""
    for last, period in missing(zone.raw / LIFESTYLE, "quarterly", month):
        donors = pd.read_csv(last, dtype=object, keep_default_na=False)
        first, end = (np.datetime64(day, "M") for day in bounds("quarterly", period))
        suspects = zone.read(SUSPECTS, [str(at) for at in np.arange(first, end)], [NOMINAL])[NOMINAL]
        size = max(1, round(len(donors) * (1 + rng.normal(*GROWTH))))
        again = rng.permutation(donors[NOMINAL].to_numpy())[: size // 2]
        new = np.setdiff1d(suspects.to_numpy(), again)
        people = np.concatenate([again, rng.permutation(new)[: size - len(again)]])
        days = pd.to_datetime(pd.Series(rng.permutation(np.resize(donors["Assessed On"], len(people)))), format=DAY)
        within = first + rng.integers(0, 3, len(people))
        columns = {
            column: rng.permutation(np.resize(donors[column].to_numpy(), len(people)))
            for column in donors.columns
            if column not in (NOMINAL, "Assessed On")
        }
        for start in np.unique(within):
            rows = within == start
            days[rows] = days[rows] + redated(rng, days[rows], start)
        frame = pd.DataFrame({NOMINAL: people, "_day": days, "Assessed On": days.dt.strftime(DAY), **columns})
        frame = frame.sort_values(["_day", NOMINAL])[list(donors.columns)]
        path = last.with_name(f"{period}.csv")
        yield LIFESTYLE, path, write_csv(frame, path)
