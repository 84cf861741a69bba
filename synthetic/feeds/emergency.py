"""Assault attendances at two emergency departments, one CSV file a month each, in the fields of the ISTV data set.

Published constraints: attendances by year (T44, T47) and of March 2023 and 2024 at Royal Derby (section 13.1); methods at
Royal Derby (T46); shares that the prose of 13.1 and 13.2 states: Friday to Sunday, 6pm to 4am, one span of ages, body part
and weapon at Chesterfield Royal, and that weapons become more frequent. Ours: everything else, and which base a share has
where the prose does not say (all attendances; for methods those with a known one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.feeds.monthly import FIRST, at, by_year, clock, days, districts, exact_count, months, write
from synthetic.records.controlled_rounding import apportion, controlled_table
from synthetic.records.details import pick
from synthetic.records.other_crime import HOURS
from synthetic.records.targets import Ints, cells

MARCH_2023, MARCH_2024 = 47, 59
NIGHT = [*range(18, 24), *range(4)]
WEAPON_GROWTH = (0.85, 1.0, 1.2)
"""Assumed: how much likelier a weapon is from year to year."""
LOCATIONS = {"Street": 0.36, "Home": 0.24, "Bar or pub": 0.14, "Other": 0.12, "Workplace": 0.04, "School": 0.02, "": 0.08}
DESCRIPTIONS = {"": 0.6, "outside a pub": 0.12, "in the park": 0.1, "town centre": 0.1, "at a bus stop": 0.08}
SEXES = {"Male": 0.7, "Female": 0.29, "Indeterminate": 0.002, "": 0.008}
ETHNIC_CATEGORIES = {"A": 0.68, "C": 0.05, "J": 0.05, "H": 0.03, "M": 0.03, "D": 0.03, "N": 0.02, "S": 0.02, "Z": 0.06, "": 0.03}
BODY = ("Fist", "Combination of body parts", "Other (specify)", "Feet", "Head", "Pushed")
"""Methods that section 13.1 counts as a body part: 1,841 fits no other way."""


@dataclass(frozen=True)
class Hospital:
    """What one hospital sends: its names for things, and the numbers it must come to.

    Attributes:
        totals: attendances by year.
        fixed: attendances of single months.
        weekend: attendances from Friday to Sunday; None where nothing is printed.
        night: attendances that arrived from 6pm to 4am.
        ages: a span of ages, both included, and how many attendances are in it.
        methods: number by method, in the hospital's words; the rest of the attendances have none.
        weapons: which of the methods are weapons.
    """

    feed: str
    site: str
    derby: str
    totals: Ints
    fixed: dict[int, int]
    weekend: int | None
    night: int
    ages: tuple[int, int, int]
    methods: dict[str, int]
    weapons: frozenset[str]


def hospitals() -> list[Hospital]:
    """Royal Derby and Chesterfield Royal."""
    methods = {row: int(value) for (_, row, column), value in cells("T46").items() if column == "Count (n)" and row != "Total"}
    derby, chesterfield = (by_year(table, column="Attendances per year") for table in ("T44", "T47"))
    royal, other = int(derby.sum()), int(chesterfield.sum())
    return [
        Hospital(
            *("royal_derby_hospital/ed_assaults", "RTGFG", "Derby", derby, {MARCH_2023: 86, MARCH_2024: 58}),
            *(round(0.551 * royal), round(0.543 * royal), (18, 30, round(0.414 * royal))),
            *(methods, frozenset(methods) - set(BODY)),
        ),
        Hospital(
            *("chesterfield_royal_hospital/ed_assaults", "RFSDA", "City of Derby", chesterfield, {}),
            *(None, round(0.56 * other), (16, 31, round(0.44 * other))),
            # 1,217 by a body part and 260 by a weapon; a fist is 39 % of these.
            {
                **{"Punch / fist": 576, "Kick / feet": 190, "Head": 120, "Several body parts": 200, "Pushed": 81, "Other": 50},
                **{"Knife": 62, "Sharp object": 34, "Bottle": 30, "Glass": 32, "Blunt object": 64, "Gun": 1, "Other weapon": 37},
            },
            frozenset({"Knife", "Sharp object", "Bottle", "Glass", "Blunt object", "Gun", "Other weapon"}),
        ),
    ]


def methods(rng: np.random.Generator, hospital: Hospital, year: Ints) -> np.ndarray:
    """Method of each attendance; blank where none is known."""
    names, numbers = list(hospital.methods), np.array(list(hospital.methods.values()))
    known = apportion(hospital.totals, int(numbers.sum()))
    growth = np.array([WEAPON_GROWTH if name in hospital.weapons else (1.0, 1.0, 1.0) for name in names])
    table = controlled_table(numbers[:, None] * known * growth, numbers, known)
    method = np.full(len(year), "", dtype=object)
    for y in range(len(known)):
        rows = rng.permutation(np.flatnonzero(year == y))[: known[y]]
        method[rows] = np.repeat(names, table[:, y])
    return method


def attendances(rng: np.random.Generator, hospital: Hospital, month: Ints) -> tuple[pd.DataFrame, Ints]:
    """Rows in the format of the feed, and the month of each."""
    size = len(month)
    weekend = None if hospital.weekend is None else exact_count(rng, size, hospital.weekend)
    at_night = exact_count(rng, size, hospital.night)
    weights = HOURS["evening"]
    hour = np.where(at_night, _hours(rng, weights, NIGHT, size), _hours(rng, weights, list(range(4, 18)), size))
    arrived = at(rng, days(rng, month, weekend), hour)
    assaulted = arrived - rng.integers(15, 600, size)
    assaulted[rng.random(size) < 0.05] = np.datetime64("NaT")
    low, high, number = hospital.ages
    inside = exact_count(rng, size, number)
    young, old = rng.integers(1, low, size), high + 1 + np.floor(rng.gamma(2.0, 8.0, size)).astype(np.int64)
    outside = np.where(rng.random(size) < 0.25, young, np.minimum(old, 95))
    age = pd.Series(np.where(inside, rng.integers(low, high + 1, size), outside), dtype="Int64")
    age = age.mask(pd.Series(~inside & (rng.random(size) < 0.02)))
    frame = pd.DataFrame(
        {
            "Site Code": hospital.site,
            "Arrival Date Time": clock(arrived),
            "Assault Date Time": clock(assaulted),
            "Assault Method": methods(rng, hospital, (month - FIRST) // 12),
            "Location Type": pick(rng, LOCATIONS, size),
            "Location Description": pick(rng, DESCRIPTIONS, size),
            "Assault District": districts(rng, size, hospital.derby),
            "Age": age,
            "Sex": pick(rng, SEXES, size),
            "Ethnic Category": pick(rng, ETHNIC_CATEGORIES, size),
        }
    )
    order = np.lexsort((arrived, month))
    return frame.iloc[order].reset_index(drop=True), month[order]


def _hours(rng: np.random.Generator, weights: np.ndarray, hours: list[int], size: int) -> Ints:
    return np.asarray(rng.choice(hours, size, p=weights[hours] / weights[hours].sum()))


def write_attendances(streams: Sequence[np.random.Generator], raw: Path) -> Iterator[tuple[str, Path, int]]:
    """Write the 72 files, with ``streams`` of each part; yields feed, path and rows of each."""
    for hospital in hospitals():
        month = months(streams[0], hospital.totals, hospital.fixed)
        yield from write((attendances(rng, hospital, month) for rng in streams), raw, hospital.feed)
