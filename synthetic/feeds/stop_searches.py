"""Stop searches of the constabulary, one CSV file a month.

Published constraints: searches, searches for offensive weapons and weapons found in these, by year (T38), and the age of those on
whom they were found (T39; one age of 2022/23 is not printed, so it is unknown here). Ours: all other shares, and that
a few more weapons come to light in searches for something else, which T38 does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.monthly import FIRST, PART, YEARS_IN, at, by_year, clock, days, districts, months, write
from synthetic.records.details import pick
from synthetic.records.other_crime import HOURS
from synthetic.records.targets import Ints, cells

FEED = "derbyshire_constabulary/stop_searches"
ALL, FOR_WEAPONS, FOUND = "All reasons", "Search reason: offensive weapons", "Offensive weapons found"
WEAPON_BY_CHANCE = 6
"""Offensive weapons a year that are found in searches for something else."""
AGES = {"10-17": (10, 17), "18-24": (18, 24), "25-34": (25, 34), "35-59": (35, 59), "60+": (60, 75)}
OTHER_AGES = {"10-17": 0.17, "18-24": 0.29, "25-34": 0.23, "35-59": 0.19, "60+": 0.02, "": 0.1}
REASONS = {"Drugs": 0.72, "Stolen property": 0.1, "Going equipped": 0.12, "Criminal damage": 0.04, "Firearms": 0.02}
POWERS = {"Drugs": "Misuse of Drugs Act 1971 (section 23)", "Firearms": "Firearms Act 1968 (section 47)"}
PACE = "Police and Criminal Evidence Act 1984 (section 1)"
ITEMS = {"": 0.76, "Drugs": 0.2, "Stolen property": 0.03, "Other": 0.01}
NOTHING, OUTCOMES = "No further action", {"Arrest": 0.5, "Community resolution": 0.35, "Summons": 0.08, "Caution": 0.07}
SEXES = {"M": 0.88, "F": 0.11, "U": 0.005, "": 0.005}
ETHNICITIES = {
    "W1": 0.55,
    "W9": 0.05,
    "A2": 0.05,
    "A1": 0.03,
    "B1": 0.04,
    "B2": 0.04,
    "M1": 0.04,
    "M9": 0.02,
    "NS": 0.1,
    "": 0.08,
}


def _ages(rng: np.random.Generator, band: np.ndarray) -> pd.Series:
    low = np.array([AGES.get(name, (0, 0))[0] for name in band])
    high = np.array([AGES.get(name, (0, 0))[1] for name in band])
    age = low + np.floor(rng.random(len(band)) * (high - low + 1)).astype(np.int64)
    return pd.Series(age, dtype="Int64").mask(pd.Series(band == ""))


def searches(rng: np.random.Generator, month: Ints) -> tuple[pd.DataFrame, Ints]:
    """Rows in the format of the feed, and the month of each."""
    size = len(month)
    year = (month - FIRST) // 12
    reason = pick(rng, REASONS, size)
    item = pick(rng, ITEMS, size)
    band = pick(rng, OTHER_AGES, size)
    for y, label in enumerate(YEARS_IN):
        wanted, found = (int(cells("T38")["", label, column]) for column in (FOR_WEAPONS, FOUND))
        rows = rng.permutation(np.flatnonzero(year == y))
        sought, others = rows[:wanted], rows[wanted:]
        reason[sought] = "Offensive weapons"
        item[sought] = pick(rng, {"": 0.9, "Drugs": 0.1}, wanted)
        item[sought[:found]] = item[others[:WEAPON_BY_CHANCE]] = "Offensive weapon"
        printed = [name for name in AGES for _ in range(int(cells("T39")["", label, name]))]
        band[sought[:found]] = printed + [""] * (found - len(printed))
    moment = at(rng, days(rng, month), rng.choice(24, size, p=HOURS["evening"] / HOURS["evening"].sum()))
    order = np.lexsort((moment, month))
    frame = pd.DataFrame(
        {
            "Search Date Time": clock(moment),
            "Search Type": pick(rng, {"Person": 0.8, "Person and vehicle": 0.15, "Vehicle": 0.05}, size),
            "Legislation": [POWERS.get(name, PACE) for name in reason],
            "Search Reason": reason,
            "Item Found": item,
            "Search Outcome": np.where(item == "", NOTHING, pick(rng, OUTCOMES, size)),
            "Age at Search": _ages(rng, band),
            "Sex": pick(rng, SEXES, size),
            "Self Defined Ethnicity": pick(rng, ETHNICITIES, size),
            "District": districts(rng, size, "Derby City"),
        }
    ).iloc[order]
    month = month[order]
    calendar_year = 2019 + (month + 3) // 12
    number = np.arange(size) - np.searchsorted(calendar_year, calendar_year)
    frame.insert(0, "Search Reference", [f"SS-{y}-{PART}{n + 1:05d}" for y, n in zip(calendar_year, number, strict=True)])
    return frame.reset_index(drop=True), month


def write_searches(streams: Sequence[np.random.Generator], raw: Path) -> Iterator[tuple[str, Path, int]]:
    """Write the 36 files, with ``streams`` of each part; yields feed, path and rows of each."""
    month = months(streams[0], by_year("T38", column=ALL))
    yield from write((searches(rng, month) for rng in streams), raw, FEED)
