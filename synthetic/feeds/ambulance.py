"""Ambulance calls after an assault, one workbook a month.

Published constraints: calls by response, sex and year (T49; the sexes leave some calls over, which are of unknown sex here) and
hospitals that patients were taken to (T51); most calls from Derby, then Chesterfield (section 13.3). Ours: everything
else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.monthly import FIRST, YEARS_IN, at, by_year, clock, days, months, write
from synthetic.records.controlled_rounding import allocate
from synthetic.records.other_crime import HOURS
from synthetic.records.targets import Ints, cells

FEED, SHEET = "east_midlands_ambulance_service/assault_calls", "Calls"
CONVEYED = "See, Treat and Convey"
RESPONSES = ("Hear and Treat", "See and Treat", CONVEYED)
DISTRICT_WEIGHTS = {"Derby": 0.47, "Chesterfield": 0.16}
"""Assumed; the other districts share the rest evenly."""
NO_WARD_SHARE = 0.01


def calls(rng: np.random.Generator, areas: pd.DataFrame, month: Ints) -> tuple[pd.DataFrame, Ints]:
    """Rows in the format of the feed, and the month of each. ``areas`` are the LSOAs of the county."""
    size = len(month)
    response, sex = np.full(size, "", dtype=object), np.full(size, "", dtype=object)
    hospital = np.full(size, "", dtype=object)
    printed = cells("T51")
    hospitals = [row for _, row, year in printed if year == YEARS_IN[0] and row != "Grand Total"]
    for y, year in enumerate(YEARS_IN):
        rows = rng.permutation(np.flatnonzero((month - FIRST) // 12 == y))
        kinds = []
        for name in RESPONSES:
            whole, men, women = (int(cells("T49")[group, name, year]) for group in ("All", "Male", "Female"))
            kinds += [(name, "Male", men), (name, "Female", women), (name, "", whole - men - women)]
        numbers = [number for _, _, number in kinds]
        response[rows] = np.repeat([name for name, _, _ in kinds], numbers)
        sex[rows] = np.repeat([name for _, name, _ in kinds], numbers)
        taken = rows[response[rows] == CONVEYED]
        hospital[taken] = np.array(hospitals, dtype=object)[allocate(rng, [int(printed["", name, year]) for name in hospitals])]
    others = (1 - sum(DISTRICT_WEIGHTS.values())) / (areas["district_name"].nunique() - len(DISTRICT_WEIGHTS))
    heat = areas["heat"] / areas.groupby("district_name")["heat"].transform("sum")
    weight = (heat * areas["district_name"].map(DISTRICT_WEIGHTS).fillna(others)).to_numpy()
    area = areas.iloc[rng.choice(len(areas), size, p=weight / weight.sum())].reset_index(drop=True)
    unknown = rng.random(size) < NO_WARD_SHARE
    age = pd.Series(np.clip(rng.gamma(4.0, 8.5, size), 1, 95).astype(np.int64), dtype="Int64")
    moment = at(rng, days(rng, month), rng.choice(24, size, p=HOURS["night"] / HOURS["night"].sum()))
    frame = pd.DataFrame(
        {
            "Call Date Time": clock(moment),
            "Response": response,
            "Patient Sex": sex,
            "Patient Age": age.astype(object).where(rng.random(size) >= 0.04, ""),
            "Incident Ward Code": area["ward_code"].mask(unknown, ""),
            "Incident District": area["district_name"].replace({"Derby": "Derby City"}).mask(unknown, ""),
            "Conveyed To": hospital,
        }
    )
    order = np.lexsort((moment, month))
    return frame.iloc[order].reset_index(drop=True), month[order]


def write_calls(
    streams: Sequence[np.random.Generator], areas: Sequence[pd.DataFrame], raw: Path
) -> Iterator[tuple[str, Path, int]]:
    """Write the 36 workbooks, with ``streams`` and ``areas`` of each part; yields feed, path and rows of each."""
    month = months(streams[0], by_year("T49", "Total Calls", group="All"))
    yield from write((calls(*part, month) for part in zip(streams, areas, strict=True)), raw, FEED, SHEET)
