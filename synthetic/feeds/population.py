"""Residents of each LSOA in the workbook of the ONS: by sex and single year of age.

Ours: how many there are of each age.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.files import workbook

MID_YEAR = 2022
AGES = 91
WRITTEN = datetime(2024, 11, 25)
"""The only date inside the workbook, so that the same seed yields the same bytes."""


def write_population(rng: np.random.Generator, areas: pd.DataFrame, path: Path) -> int:
    """Mid-year estimates by LSOA, sex and single year of age: a cover, then the sheet of the year below a preamble."""
    # Assumed: as many at each age up to 60, then fewer.
    weights = np.tile(np.where(np.arange(AGES) < 60, 1.0, np.exp(-0.05 * (np.arange(AGES) - 60.0))), 2)
    by_age = rng.multinomial(areas["population"].to_numpy(), weights / weights.sum())
    with workbook(path, WRITTEN) as book:
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
