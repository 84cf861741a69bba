"""The areas of the night-time economy (NTE), and which crimes of the night are in them.

Published constraints: 34 areas (section 9), the crimes of the sixteen types committed in them between 18:00 and 06:00
by type (T36) and by district (T37) in three financial years, by date of recording. Which codes are of which type is
the seed ``nte_offence_type``. Ours: where the areas are, and everything by type and district at once. Crimes beside
serious violence get their district here, where an area needs them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.records.controlled_rounding import apportion, controlled_table
from synthetic.records.geography import CENTRE_EDGE, DISTRICTS
from synthetic.records.targets import NO_DISTRICT, SEEDS, YEARS, Ints, place_counts, read_csv

# Wards, by place in their district's tiling, whose first LSOA has an area.
CENTRES: dict[str, tuple[int, ...]] = {
    "Amber Valley": (2, 5, 11, 13, 16),
    "Bolsover": (2, 6, 10, 14),
    "Chesterfield": (1, 6, 12),
    "Derby": (2, 5, 6, 7, 10, 11),
    "Derbyshire Dales": (3, 8, 13, 18),
    "Erewash": (2, 8, 9, 14),
    "High Peak": (4, 11, 17, 24),
    "North East Derbyshire": (6, 17),
    "South Derbyshire": (3, 7),
}
WEST, SOUTH, EAST, NORTH = 0.06, 0.05, CENTRE_EDGE - 0.02, 0.95
"""Edges of an area as shares of its LSOA's width and height."""
EVENING, MORNING = 18, 6
FIRST_YEAR = 2
"""Place of 2021/22 among the years."""


def nte_areas(areas: pd.DataFrame, part: int = 0) -> pd.DataFrame:
    """One row per area of a part: area_code, area_name, lsoa (row number), ward_name, district, district_code, west, south, east,
    north (metres).
    """
    rows = []
    for district, name in enumerate(DISTRICTS):
        members = areas[areas["district"] == district]
        firsts = members.drop_duplicates("ward_code").sort_values("ward_code").index.to_numpy()
        rows += [int(firsts[ward]) for ward in CENTRES[name]]
    lsoa = np.array(rows)
    found = areas.iloc[lsoa].reset_index(drop=True)
    width, height = found["east"] - found["west"], found["north"] - found["south"]
    return pd.DataFrame(
        {
            "area_code": [f"NTE{len(found) * part + number + 1:02d}" for number in range(len(found))],
            "area_name": found["ward_name"] + " centre",
            "lsoa": lsoa,
            "ward_name": found["ward_name"],
            "district": found["district"],
            "district_code": found["district_code"],
            "west": found["west"] + WEST * width,
            "south": found["south"] + SOUTH * height,
            "east": found["west"] + EAST * width,
            "north": found["south"] + NORTH * height,
        }
    )


def offence_types() -> dict[str, int]:
    """Row in T36 of each offence code of the night-time economy."""
    row = {name: number for number, name in enumerate(place_counts("T36", YEARS[FIRST_YEAR]))}
    seed = read_csv(SEEDS / "reference" / "nte_offence_type.csv")
    return {code["ho_sub_code"]: row[code["nte_offence_type"]] for code in seed}


def night_types(crimes: pd.DataFrame) -> Ints:
    """Row in T36 of each crime (code, committed) that was committed in the night, -1 for all others."""
    hour = crimes["committed"].dt.hour
    kinds = crimes["code"].map(offence_types()).fillna(-1).to_numpy().astype(np.int64)
    return np.asarray(np.where((hour >= EVENING) | (hour < MORNING), kinds, -1))


def targets_by_year() -> list[tuple[Ints, Ints]]:
    """Crimes by type and by district (in the order of T06) of each printed year."""
    found = []
    for label in YEARS[FIRST_YEAR:]:
        start = int(label[:4])
        by_type = place_counts("T36", label)
        by_district = place_counts("T37", f"{start}-{start + 1}")
        found.append((np.array(list(by_type.values())), np.array([by_district[name] for name in DISTRICTS])))
    return found


def _shares(free: Ints, fixed: Ints, table: Ints) -> Ints:
    """How many of the crimes of each type and district in ``table`` are ``fixed`` ones: in proportion to what there is
    of both, and all that the ``free`` ones cannot supply.
    """
    total = fixed.sum(axis=1) + free
    wanted = np.rint(table * (fixed.sum(axis=1) / np.maximum(total, 1))[:, None]).astype(np.int64)
    taken: Ints = np.minimum(np.minimum(wanted, fixed), table)
    for kind in np.flatnonzero((table - taken).sum(axis=1) > free):
        short = int((table[kind] - taken[kind]).sum() - free[kind])
        room = np.minimum(fixed[kind], table[kind]) - taken[kind]
        if short > room.sum():
            raise ValueError(f"too few crimes of the night of type {kind}")
        for district in np.argsort(-room, kind="stable"):
            more = min(short, int(room[district]))
            taken[kind, district] += more
            short -= more
    return taken


def in_centres(rng: np.random.Generator, crimes: pd.DataFrame, serious: int, wanted: Ints) -> tuple[np.ndarray, Ints]:
    """Which crimes of the night are in an area, and the district of every crime.

    ``crimes`` has month, committed, code and district; the first ``serious`` of them keep their district, the others
    are moved where an area needs them. ``wanted`` is the district for which a crime is reserved already, or -1. Outside
    the printed years areas have the same share of the night.
    """
    kind = night_types(crimes)
    district = crimes["district"].to_numpy().copy()
    month = crimes["month"].to_numpy()
    year = month // 12
    chosen = wanted >= 0
    district[chosen] = wanted[chosen]
    movable = np.arange(len(crimes)) >= serious
    printed = targets_by_year()
    kinds = len(printed[0][0])
    shares = np.zeros((kinds, 2))
    for number, (by_type, by_district) in enumerate(printed):
        rows = np.flatnonzero((year == FIRST_YEAR + number) & (kind >= 0))
        reserved = _table(kind, district, rows[chosen[rows]], kinds)
        open_rows = rows[~chosen[rows]]
        fixed = _table(kind, district, open_rows[~movable[open_rows] & (district[open_rows] < NO_DISTRICT)], kinds)
        free_rows = open_rows[movable[open_rows]]
        free = np.bincount(kind[free_rows], minlength=kinds)
        left = by_type - reserved.sum(axis=1), by_district - reserved.sum(axis=0)
        # Where there is little but serious violence, its districts are those that can be had.
        scarce = free < left[0]
        start = np.where(scarce[:, None], fixed + 0.01, np.outer(left[0], left[1]) / left[1].sum())
        enough = fixed.sum(axis=1) >= left[0]
        spare = np.stack(
            [np.zeros_like(left[1]) if some else apportion(left[1], int(n)) for some, n in zip(enough, free, strict=True)]
        )
        most = np.where(scarce[:, None], fixed + spare, left[1][None])
        table = controlled_table(start, *left, most)
        taken = _shares(free, fixed, table)
        for k, d in np.argwhere(taken > 0):
            able = open_rows[(kind[open_rows] == k) & (district[open_rows] == d) & ~movable[open_rows]]
            chosen[rng.permutation(able)[: taken[k, d]]] = True
        for k in range(kinds):
            able = rng.permutation(free_rows[kind[free_rows] == k])
            homes = np.repeat(np.arange(NO_DISTRICT), (table - taken)[k])
            if len(homes) > len(able):
                raise ValueError(f"too few crimes of the night of type {k}")
            district[able[: len(homes)]] = homes
            chosen[able[: len(homes)]] = True
        shares += np.stack([by_type, np.bincount(kind[rows], minlength=kinds)], axis=1)
    others = (kind >= 0) & ~((year >= FIRST_YEAR) & (year < FIRST_YEAR + len(printed))) & (district < NO_DISTRICT)
    rows = np.flatnonzero(others)
    ratio = shares[:, 0] / shares[:, 1]
    chosen[rows] |= rng.random(len(rows)) < ratio[kind[rows]]
    return chosen, district


def _table(kind: Ints, district: Ints, rows: Ints, kinds: int) -> Ints:
    table: Ints = np.zeros((kinds, NO_DISTRICT), dtype=np.int64)
    np.add.at(table, (kind[rows], district[rows]), 1)
    return table
