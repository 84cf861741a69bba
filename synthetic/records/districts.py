"""The district of each serious-violence offence.

Published constraints: offences by district and year (T06) and, at once, victims of the city and of the county
by year (columns of T13 and T14). Offences without a district are the remainder of T06's grand total. Ours: everything
by district beyond these is in proportion.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import allocate, nearest
from synthetic.records.targets import CITY, COUNTY, DERBY, NO_AREA, NO_DISTRICT, Ints, Targets


def area_counts(offences: Ints, area_offences: Ints, area_victims: Ints) -> Ints:
    """Offences of one year by area (3) x kind (5) x number of victims (0, 1, 2).

    ``offences`` is kind x number of victims; the other two are 3 long.
    """
    from scipy.sparse import eye_array, kron, vstack

    size = offences.size
    start = area_offences[:, None] / area_offences.sum() * offences.ravel()
    victims = np.tile(np.arange(offences.shape[1]), offences.shape[0])[None]
    matrix = vstack(
        [
            kron(np.ones((1, 3)), eye_array(size)),
            kron(eye_array(3), np.ones((1, size))),
            kron(eye_array(3), victims),
        ],
        format="csr",
    )
    exact = np.concatenate([offences.ravel(), area_offences, area_victims])
    return nearest(start, matrix, exact, exact).reshape(3, *offences.shape)


def place_offences(rng: np.random.Generator, targets: Targets, offences: pd.DataFrame) -> tuple[Ints, Ints]:
    """Area (0 city, 1 county, 2 unknown) and district (row of T06, 9 = unknown) of each offence."""
    area = np.full(len(offences), NO_AREA)
    district = np.full(len(offences), NO_DISTRICT)
    victims = (offences["children"] + offences["adults"] + offences["unknown"]).to_numpy()
    kind, year = offences["kind"].to_numpy(), offences["year"].to_numpy()
    people = targets.victims
    by_area = np.vstack([people.area_year, people.by_year - people.area_year.sum(axis=0)])
    for y in range(5):
        rows = np.flatnonzero(year == y)
        table = np.zeros((5, 3), dtype=np.int64)
        np.add.at(table, (kind[rows], victims[rows]), 1)
        counts = area_counts(table, targets.area_year[:, y], by_area[:, y])
        for k in range(5):
            for v in range(3):
                area[rows[(kind[rows] == k) & (victims[rows] == v)]] = allocate(rng, counts[:, k, v])
        district[rows[area[rows] == CITY]] = DERBY
        county = targets.district_year[:NO_DISTRICT, y].copy()
        county[DERBY] = 0
        district[rows[area[rows] == COUNTY]] = allocate(rng, county)
    return area, district
