"""The age of each victim and suspect occurrence, by year and offence type.

Published constraints: five-year bands by year (T10, T20) and by offence type (T11, T21), and that 15 is the highest
single year with 321 victims and 589 suspects (sections 3.4 and 3.6). Ours: how many are 16 or 17, how many are
infants (younger than any printed band), that years within other bands are flat, and that unknown ages follow the
known ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion, ipf, nearest
from synthetic.records.targets import HOMICIDE, VIOLENCE, Floats, Ints, PersonTargets

UNKNOWN_AGE = -1
TEENS, SIXTEEN_TO_TWENTY = 2, 3
"""Places of the bands 11-15 and 16-20."""


@dataclass(frozen=True)
class AgeShape:
    """Numbers that fill in what the bands leave open."""

    aged_15: int
    aged_16_17: int
    infants_per_year: int


# 15 is printed. 560 and 902 make 24% and 26% aged 0-17, as printed; that they share 16 and 17 evenly is assumed.
VICTIMS = AgeShape(aged_15=321, aged_16_17=560, infants_per_year=3)
SUSPECTS = AgeShape(aged_15=589, aged_16_17=902, infants_per_year=0)


def band_counts(people: PersonTargets, offences: Ints, ceiling: Ints | None) -> Ints:
    """Occurrences of known age, band x year x kind (19 x 5 x 5), with both printed margins of every band.

    ``ceiling`` (5) bounds homicide victims by year: there were two homicides in one year, and tables made band by
    band would put more victims there.
    """
    from scipy.sparse import csr_array, eye_array, kron, vstack

    bands, years = people.by_band_year.shape
    start = np.stack([ipf(offences, people.by_band_year[band], people.by_band_kind[band]) for band in range(bands)])
    ones = np.ones((1, years))
    by_year = kron(eye_array(bands), kron(eye_array(years), ones))
    by_kind = kron(eye_array(bands), kron(ones, eye_array(years)))
    homicides = kron(np.ones((1, bands)), kron(eye_array(years), csr_array(np.eye(years)[[HOMICIDE]])))
    exact = np.concatenate([people.by_band_year.ravel(), people.by_band_kind.ravel()])
    most = np.full(years, np.inf) if ceiling is None else ceiling
    table = nearest(
        start,
        vstack([by_year, by_kind, homicides], format="csr"),
        np.concatenate([exact, np.zeros(years)]),
        np.concatenate([exact, most]),
    )
    return table.reshape(start.shape)


def _single_years(band: int, total: int, shape: AgeShape) -> Ints:
    """Occurrences of each of the five ages of a band."""
    if band == TEENS:
        # Assumed: more of them the older they are.
        return np.append(apportion([3, 4, 5, 6], total - shape.aged_15), shape.aged_15)
    if band == SIXTEEN_TO_TWENTY:
        return np.concatenate([apportion([1, 1], shape.aged_16_17), apportion([1, 1, 1], total - shape.aged_16_17)])
    return apportion(np.ones(5), total)


def occurrences(
    rng: np.random.Generator,
    people: PersonTargets,
    offences: Ints,
    shape: AgeShape,
    ceiling: Ints | None = None,
) -> pd.DataFrame:
    """One row per person in an offence: year, kind, age (completed years; -1 unknown)."""
    counts = band_counts(people, offences, ceiling)
    cells = np.arange(counts[0].size)
    cell, age = [], []
    for band, table in enumerate(counts):
        cell.append(rng.permutation(np.repeat(cells, table.ravel())))
        age.append(np.repeat(np.arange(5 * band + 1, 5 * band + 6), _single_years(band, int(table.sum()), shape)))
    unknown = people.by_year - people.by_band_year.sum(axis=0) - shape.infants_per_year
    known: Floats = counts.sum(axis=0).astype(float)
    known[:, HOMICIDE] = 0
    for year, number in enumerate(unknown):
        cell.append(5 * year + np.repeat(np.arange(5), apportion(known[year], int(number))))
        age.append(np.full(number, UNKNOWN_AGE))
        cell.append(np.full(shape.infants_per_year, 5 * year + VIOLENCE))
        age.append(np.zeros(shape.infants_per_year, dtype=np.int64))
    place = np.concatenate(cell)
    return pd.DataFrame({"year": place // 5, "kind": place % 5, "age": np.concatenate(age)})
