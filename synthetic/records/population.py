"""Residents of each LSOA, and the file in which the ONS publishes them.

Published constraints: residents of the fifteen wards of T26 and of the nine districts (T37). Ours: everything within.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion
from synthetic.records.targets import Ints, place_counts

FEWEST, MOST = 1000, 3500
"""Residents for which LSOAs are drawn up, nearly."""
MID_YEAR = 2022
AGES = 91
WRITTEN = datetime(2024, 11, 25)
"""The only date inside the workbook, so that the same seed gives the same bytes."""


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


def write_population(rng: np.random.Generator, areas: pd.DataFrame, path: Path) -> int:
    """Mid-year estimates by LSOA, sex and single year of age: a cover, then the sheet of the year below a preamble."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    # Assumed: as many at each age up to 60, then fewer.
    weights = np.tile(np.where(np.arange(AGES) < 60, 1.0, np.exp(-0.05 * (np.arange(AGES) - 60.0))), 2)
    by_age = rng.multinomial(areas["population"].to_numpy(), weights / weights.sum())
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": WRITTEN})
        book.add_worksheet("Contents").write_column(0, 0, ["Mid-year population estimates, made up", "Demonstration data"])
        sheet = book.add_worksheet(f"Mid-{MID_YEAR} LSOA 2021")
        title = f"Mid-{MID_YEAR} population estimates for 2021 LSOAs by sex and single year of age"
        sheet.write_column(0, 0, [title, "This worksheet contains one table", "Demonstration data: no real place"])
        ages = [f"{sex}{age}" for sex in "FM" for age in range(AGES)]
        sheet.write_row(3, 0, ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total", *ages])
        table = areas[["district_code", "district_name", "code", "name", "population"]].to_numpy().tolist()
        for number, (row, numbers) in enumerate(zip(table, by_age.tolist(), strict=True), start=4):
            sheet.write_row(number, 0, [*row, *numbers])
    return len(areas)
