"""Wards and streets with much violence.

Published constraints: crimes of the fifteen wards of T26 in twelve months, by date of recording and by the definition
``hotspot-2024`` (wider than serious violence), and those in the streets of T27, which gather in the small
hours of Saturday and Sunday. Ours: how the streets share theirs, how much of it falls in those hours, and that no other
ward or street comes near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion
from synthetic.records.dates import MONTHS
from synthetic.records.geography import HOT_STREETS
from synthetic.records.targets import Floats, Ints, counted_by, place_counts

WINDOW = range(MONTHS - 12, MONTHS)
"""May 2023 to April 2024."""
MOST_ELSEWHERE = 92
"""In any ward that T26 does not name: less than in the fifteenth."""


@dataclass(frozen=True)
class HotStreets:
    """Assumed numbers behind a row of T27."""

    row: str
    shares: tuple[float, ...]
    """Of each street."""
    hours: dict[tuple[int, int], int]
    """(weekday, hour): crimes in the hours that the row names."""
    quiet: tuple[tuple[int, int], ...]
    """Hours beside them without any, so that they begin and end clearly."""
    most: int
    """In any other hour of the week."""
    most_elsewhere: int
    """In any other street of the ward."""


HOT: dict[str, HotStreets] = {
    "Arboretum": HotStreets(
        "1) Arboretum",
        (60, 48, 40, 31),
        {(day, hour): 14 for day in (5, 6) for hour in range(4)},
        ((4, 23), (5, 4), (5, 23), (6, 4), (6, 23)),
        2,
        9,
    ),
    "St Leonard's": HotStreets(
        "2) St Leonards",
        (36, 29, 23),
        {(5, 1): 6, (5, 2): 6, (5, 3): 6, (6, 1): 12, (6, 2): 12, (6, 3): 12},
        ((5, 0), (5, 4), (6, 0), (6, 4)),
        1,
        5,
    ),
}


def counted(crimes: pd.DataFrame) -> np.ndarray:
    """Whether T26 counts each crime (month, code, domestic, slavery)."""
    codes = {rule["ho_sub_code"] for rule in counted_by("hotspot-2024")}
    inside = crimes["code"].isin(codes) & ~crimes["domestic"].astype(bool) & ~crimes["slavery"].astype(bool)
    return np.asarray(inside & crimes["month"].isin(WINDOW))


def week_slot(crimes: pd.DataFrame) -> Ints:
    """Hour of the week of each crime, 24 * weekday + hour."""
    return np.asarray(24 * crimes["committed"].dt.day_of_week + crimes["committed"].dt.hour)


def reserve(rng: np.random.Generator, crimes: pd.DataFrame, able: np.ndarray) -> dict[str, Ints]:
    """Crimes for the hot hours of each ward with hot streets, out of those that are ``able`` to be anywhere."""
    slot = week_slot(crimes)
    left = able.copy()
    found = {}
    for ward, hot in HOT.items():
        chosen = []
        for (day, hour), number in hot.hours.items():
            rows = rng.permutation(np.flatnonzero(left & (slot == 24 * day + hour)))[:number]
            if len(rows) < number:
                raise ValueError(f"too few crimes for the hot hours of {ward}")
            chosen.append(rows)
        found[ward] = np.concatenate(chosen)
        left[found[ward]] = False
    return found


def fill_streets(rng: np.random.Generator, ward: str, crimes: pd.DataFrame, able: np.ndarray, reserved: Ints) -> Ints:
    """All crimes of the hot streets of a ward: the reserved ones and, spread over the week, others that are ``able``."""
    hot = HOT[ward]
    total = place_counts("T27", "Number of incidents")[hot.row]
    slot = week_slot(crimes)
    closed = [24 * day + hour for day, hour in (*hot.hours, *hot.quiet)]
    rows = rng.permutation(np.flatnonzero(able & ~np.isin(slot, closed)))
    rank = pd.Series(slot[rows]).groupby(slot[rows]).cumcount().to_numpy()
    rows = rows[rank < hot.most][: total - len(reserved)]
    if len(rows) < total - len(reserved):
        raise ValueError(f"too few crimes for the hot streets of {ward}")
    return np.concatenate([reserved, rows])


def allocate_streets(rng: np.random.Generator, ward: str, size: int) -> Ints:
    """The number of the hot street of each of ``size`` crimes."""
    shares = HOT[ward].shares
    if len(shares) != len(HOT_STREETS[ward]):
        raise ValueError(f"{ward} has {len(HOT_STREETS[ward])} hot streets")
    return rng.permutation(np.repeat(np.arange(len(shares)), apportion(shares, size)))


def bounded(weights: Floats, total: int, low: Ints, high: Ints) -> Ints:
    """``total`` shared out in proportion to ``weights``, each between its bounds. Raises ValueError where none can."""
    if not low.sum() <= total <= high.sum() or (low > high).any():
        raise ValueError(f"{total} cannot be shared out between {low.sum()} and {high.sum()}")
    found = low.copy()
    while (rest := total - int(found.sum())) > 0:
        room = np.where(found < high, weights, 0)
        more = np.minimum(apportion(room, rest), high - found)
        found += more
    return found


def ward_quotas(names: list[str], heat: Floats, fixed: Ints, total: int) -> Ints:
    """Counted crimes of each ward of a district, ``total`` in all: as printed where T26 names it, else by its heat."""
    printed = place_counts("T26", "SV totals per population: Total")
    named = np.array([printed.get(name, -1) for name in names])
    low = np.where(named >= 0, named, fixed)
    high = np.where(named >= 0, named, np.maximum(MOST_ELSEWHERE, fixed))
    if (fixed > high).any() or (fixed > MOST_ELSEWHERE)[named < 0].any():
        raise ValueError("more crimes in a ward than it may have")
    return bounded(heat, total, low, high)
