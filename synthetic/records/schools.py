"""Schools of the county that does not exist, and the two files in which the Department for Education tells of schools.

Formats are those of the publisher: a look-up of points by reference number, and a register with the number that the
local authority gave (LAEstab: authority and establishment; 2000 to 3999 is a primary school, 4000 to 5999 a secondary
school). Ours: how many there are and where; none lies in a town centre.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.records.targets import DERBY

if TYPE_CHECKING:
    import duckdb

PRIMARY, SECONDARY = 1, 2
LSOAS_PER_PRIMARY, LSOAS_PER_SECONDARY = 2, 11
FIRST_URN = 900_001
"""Above all numbers given out."""
ACADEMIC_YEAR = "202324"
AUTHORITIES = {True: 831, False: 830}
"""Derby; Derbyshire."""
FIRST_ESTABLISHMENT = {PRIMARY: 2001, SECONDARY: 4001}


def schools(rng: np.random.Generator, areas: pd.DataFrame, centres: np.ndarray) -> pd.DataFrame:
    """One row per school: lsoa (row number), district, phase (1 primary, 2 secondary), easting, northing, urn,
    authority, establishment, name. ``centres`` are LSOAs without schools.
    """
    rows = []
    for phase, every in ((PRIMARY, LSOAS_PER_PRIMARY), (SECONDARY, LSOAS_PER_SECONDARY)):
        for district, members in areas.groupby("district"):
            free = np.setdiff1d(members.index.to_numpy(), centres)
            lsoa = np.sort(rng.permutation(free)[: max(2, round(len(members) / every))])
            rows.append(pd.DataFrame({"lsoa": lsoa, "district": district, "phase": phase}))
    found = pd.concat(rows, ignore_index=True)
    box = areas[["west", "south", "east", "north"]].to_numpy()[found["lsoa"]]
    u = rng.uniform(0.3, 0.7, (len(found), 2))
    authority = np.where(found["district"] == DERBY, AUTHORITIES[True], AUTHORITIES[False])
    number = found.groupby([authority, "phase"]).cumcount()
    names = areas["name"].to_numpy()[found["lsoa"]]
    return found.assign(
        easting=np.rint(box[:, 0] + u[:, 0] * (box[:, 2] - box[:, 0])).astype(np.int64),
        northing=np.rint(box[:, 1] + u[:, 1] * (box[:, 3] - box[:, 1])).astype(np.int64),
        urn=FIRST_URN + np.arange(len(found)),
        authority=authority,
        establishment=number + found["phase"].map(FIRST_ESTABLISHMENT),
        name=[
            f"{name} {'Primary' if phase == PRIMARY else 'Secondary'} School"
            for name, phase in zip(names, found["phase"], strict=True)
        ],
    )


def write_locations(database: duckdb.DuckDBPyConnection, places: pd.DataFrame, path: Path) -> int:
    """The look-up: tab-separated, key ``school:URN``, point as the text ``[latitude,longitude]``."""
    from synthetic.feeds.open_data import to_degrees

    path.parent.mkdir(parents=True, exist_ok=True)
    degrees = to_degrees(database, places["easting"].to_numpy(), places["northing"].to_numpy())
    lines = ["location\tpoint"]
    lines += [
        f"school:{urn}\t[{latitude:.6f},{longitude:.6f}]"
        for urn, (longitude, latitude) in zip(places["urn"], degrees.tolist(), strict=True)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(places)


def write_register(places: pd.DataFrame, path: Path) -> int:
    """The register of schools of one academic year, in the one-byte encoding of its publisher."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["AcademicYear", "LA", "LAEstab", "SchoolName", "URN"])
        for school in places.itertuples():
            writer.writerow(
                [ACADEMIC_YEAR, school.authority, f"{school.authority}{school.establishment}", school.name, school.urn]
            )
    return len(places)
