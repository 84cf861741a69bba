"""Sex of victims and suspects, one per person.

Published constraints (prose only): female victims rise year on year and pass 400 in the last two years; 87% of
suspects are male, 45% and 28% of those (the base is ours) aged 18-35 and 0-17. Ours: the female victims of each year,
and that women are the same share of suspects in every year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.attributes import fill
from synthetic.records.controlled_rounding import apportion, controlled_table
from synthetic.records.suspects import GROUPS, age_group

SEXES = np.array(["F", "M"], dtype=object)
FEMALE_VICTIMS = (330, 340, 385, 412, 431)
MALE_SUSPECTS = 0.87
MALE_SHARES = (0.28, 0.45)
"""Of male suspects: aged 0-17 and 18-35."""


def victim_sexes(rng: np.random.Generator, records: pd.DataFrame) -> np.ndarray:
    """F or M of each person. ``records`` needs person, year."""
    year = records["year"].to_numpy()
    female = np.array(FEMALE_VICTIMS)
    quotas = np.column_stack([female, np.bincount(year, minlength=5) - female])
    return SEXES[fill(rng, records["person"].to_numpy(), year, quotas)]


def suspect_sexes(rng: np.random.Generator, records: pd.DataFrame) -> np.ndarray:
    """F or M of each person. ``records`` needs person, year, age, male (True or False where it is settled, else missing)."""
    year, group = records["year"].to_numpy(), age_group(records["age"].to_numpy())
    everyone = np.zeros((5, GROUPS), dtype=np.int64)
    np.add.at(everyone, (year, group), 1)
    by_group = everyone.sum(axis=0)
    male = round(MALE_SUSPECTS * len(records))
    young = by_group[:2] - np.rint(np.array(MALE_SHARES) * male).astype(np.int64)
    female = len(records) - male
    by_group = np.concatenate([young, apportion(by_group[2:], female - int(young.sum()))])
    by_year = apportion(everyone.sum(axis=1), female)
    women = controlled_table(everyone * (by_group / everyone.sum(axis=0)), by_year, by_group, everyone)
    quotas = np.stack([women.ravel(), (everyone - women).ravel()], axis=1)
    settled = records["male"].map({False: 0, True: 1}).groupby(records["person"]).first().dropna().astype(int)
    fixed = dict(zip(settled.index, settled, strict=True))
    return SEXES[fill(rng, records["person"].to_numpy(), GROUPS * year + group, quotas, fixed=fixed)]
