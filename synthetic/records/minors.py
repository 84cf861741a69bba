"""How many of the people aged 16 to 20 of each year are minors.

Published constraints: of section 7, that child victims fell by 10% from 2022/23 to 2023/24 and were most in 2022/23; that
child suspects fell over the last three years to their lowest, and adult suspects rose to their highest of five. The bands
of T10 and T20 leave all that open by the split of one band: for adult suspects, 2019/20 needs at least 78 more suspects
aged 16 or 17 than 2023/24 (1,357 + 474 aged 16 or over against 1,435 + 319). Ours: how many they are in each year; the sums
are those of ``ages``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import controlled_table
from synthetic.records.targets import Ints

VICTIMS = (129, 102, 116, 110, 103)
SUSPECTS = (225, 190, 180, 164, 143)
FIRST, COME_OF_AGE, LAST = 16, 18, 20


def split_by_year(rng: np.random.Generator, occurrences: pd.DataFrame, minors: tuple[int, ...]) -> pd.DataFrame:
    """``occurrences`` (year, kind, age) with ``minors`` aged 16 or 17 in each year.

    Ages change hands only among those aged 16 to 20, so every band by year and by type, and every single age over all years,
    stay as they are. Raises ValueError where another number of them is 16 or 17.
    """
    year, age = occurrences["year"].to_numpy(), occurrences["age"].to_numpy().copy()
    members = np.flatnonzero((age >= FIRST) & (age <= LAST))
    of_age = np.bincount(age[members] - FIRST, minlength=LAST - FIRST + 1)
    in_year = np.bincount(year[members], minlength=len(minors))
    young = COME_OF_AGE - FIRST
    parts = [
        controlled_table(np.outer(ages, years).astype(float), ages, years)
        for ages, years in ((of_age[:young], np.array(minors)), (of_age[young:], in_year - minors))
    ]
    table: Ints = np.vstack(parts)
    for y in range(len(minors)):
        rows = rng.permutation(members[year[members] == y])
        age[rows] = np.repeat(np.arange(FIRST, LAST + 1), table[:, y])
    return occurrences.assign(age=age)
