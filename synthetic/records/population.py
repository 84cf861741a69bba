"""Residents of each LSOA.

Published constraints: residents of the fifteen wards of T26 and of the nine districts (T37). Ours: everything within.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion
from synthetic.records.targets import Ints, place_counts

FEWEST, MOST = 1000, 3500
"""Residents for which LSOAs are drawn up, nearly."""


def _shared(rng: np.random.Generator, total: int, weights: np.ndarray, low: np.ndarray, spread: float) -> Ints:
    """``total`` in proportion to ``weights``, each with a chance variation and at least ``low``."""
    return low + apportion(weights * rng.lognormal(0, spread, len(weights)), total - int(low.sum()))


def populations(rng: np.random.Generator, areas: pd.DataFrame) -> Ints:
    """Residents of each LSOA (ward_code, ward_name, district_name)."""
    named = place_counts("T26", "SV totals per population: Total pop")
    people = np.zeros(len(areas), dtype=np.int64)
    for district, total in place_counts("T37", "Population").items():
        members = areas[areas["district_name"] == district]
        wards = members.groupby("ward_code", sort=True).agg(name=("ward_name", "first"), lsoas=("code", "size"))
        printed = wards["name"].map(named)
        free = printed.isna()
        lsoas = wards.loc[free, "lsoas"].to_numpy()
        rest = total - int(printed.sum())
        of_ward = printed.fillna(0).to_numpy().astype(np.int64)
        of_ward[free.to_numpy()] = _shared(rng, rest, lsoas, FEWEST * lsoas, 0.1)
        for number, (_, rows) in enumerate(members.groupby("ward_code", sort=True)):
            low = np.full(len(rows), FEWEST)
            people[rows.index] = _shared(rng, int(of_ward[number]), np.ones(len(rows)), low, 0.2)
    if people.min() < FEWEST or people.max() > MOST:
        raise ValueError(f"LSOAs of {people.min()} to {people.max()} residents are not plausible")
    return people
