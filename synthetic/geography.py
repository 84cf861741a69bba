"""A map of a county that does not exist.

Real: names and codes of the nine districts, and how many LSOAs of 2011 (642, behind T63) and wards of 2024 (176) each
has. Ours: everything else. Districts are rectangles about where the real ones are (British National Grid, metres),
tiled into wards and these into LSOAs, with codes in ranges that the ONS has not given out (E0599..., E0199...).
"""

from __future__ import annotations

import string

import numpy as np
import pandas as pd

from synthetic.targets import SEEDS, Floats, implied, read_csv

# West, south, east, north in kilometres, and wards, in the order of T06.
DISTRICTS: dict[str, tuple[tuple[int, int, int, int], int]] = {
    "Amber Valley": ((428, 341, 444, 357), 18),
    "Bolsover": ((444, 357, 453, 377), 17),
    "Chesterfield": ((435, 368, 444, 377), 16),
    "Derby": ((430, 330, 441, 341), 18),
    "Derbyshire Dales": ((412, 341, 428, 375), 21),
    "Erewash": ((441, 330, 450, 341), 19),
    "High Peak": ((399, 375, 420, 397), 28),
    "North East Derbyshire": ((428, 357, 444, 368), 24),
    "South Derbyshire": ((421, 315, 441, 330), 15),
}
SNAP_POINTS = 8
"""Places per LSOA at which the open archive shows crime."""
STREETS = (
    "Alder",
    "Birch",
    "Cedar",
    "Dove",
    "Elm",
    "Fern",
    "Gorse",
    "Hazel",
    "Ivy",
    "Juniper",
    "Larch",
    "Maple",
    "Oak",
    "Poplar",
    "Rowan",
)
STREET_ENDS = ("Street", "Road", "Close", "Avenue", "Lane", "Drive", "Way", "Court")

Box = tuple[float, float, float, float]


def tile(box: Box, parts: int) -> list[Box]:
    """``parts`` boxes of equal area that cover ``box`` in rows, each about as high as wide."""
    west, south, east, north = box
    rows = max(1, min(parts, round((parts * (north - south) / (east - west)) ** 0.5)))
    boxes: list[Box] = []
    low, done = south, 0
    for row in range(rows):
        cells = (parts * (row + 1)) // rows - done
        high = low + (north - south) * cells / parts
        width = (east - west) / cells
        boxes += [(west + i * width, low, west + (i + 1) * width, high) for i in range(cells)]
        low, done = high, done + cells
    return boxes


def lsoas(rng: np.random.Generator) -> pd.DataFrame:
    """One row per LSOA: code, name, ward_code, ward_name, district (row of T06), district_code, district_name, west,
    south, east, north (metres) and heat, its share of its district's crime before scaling (assumed: town centres
    have much more than the rest).
    """
    names = list(DISTRICTS)
    numbers = implied("T63", names, ("Most deprived: Indices 1 - 5",))[1][:, 0]
    code_of = {row["district"]: row["district_code"] for row in read_csv(SEEDS / "reference" / "district.csv")}
    rows: list[tuple[object, ...]] = []
    ward_number = 0
    for index, (name, (corners, wards)) in enumerate(DISTRICTS.items()):
        per_ward = [(int(numbers[index]) * (w + 1)) // wards - (int(numbers[index]) * w) // wards for w in range(wards)]
        west, south, east, north = (1000.0 * edge for edge in corners)
        for w, ward in enumerate(tile((west, south, east, north), wards)):
            ward_number += 1
            for part, box in enumerate(tile(ward, per_ward[w])):
                rows.append(
                    (
                        f"E0199{len(rows) + 1:04d}",
                        f"{name} {w + 1:02d}{string.ascii_uppercase[part]}",
                        f"E0599{ward_number:04d}",
                        f"{name} Ward {w + 1:02d}",
                        index,
                        code_of[name],
                        name,
                        *box,
                    )
                )
    columns = [
        "code",
        "name",
        "ward_code",
        "ward_name",
        "district",
        "district_code",
        "district_name",
        "west",
        "south",
        "east",
        "north",
    ]
    return pd.DataFrame(rows, columns=columns).assign(heat=rng.lognormal(0, 0.9, len(rows)))


def wards(areas: pd.DataFrame) -> pd.DataFrame:
    """One row per ward: code, name, district, district_code, district_name, west, south, east, north."""
    return areas.groupby("ward_code", as_index=False, sort=True).agg(
        name=("ward_name", "first"),
        district=("district", "first"),
        district_code=("district_code", "first"),
        district_name=("district_name", "first"),
        west=("west", "min"),
        south=("south", "min"),
        east=("east", "max"),
        north=("north", "max"),
    )


def snap_points(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    """One row per LSOA and point: lsoa (row number), point, easting, northing (whole metres), street."""
    size = len(areas) * SNAP_POINTS
    lsoa = np.repeat(np.arange(len(areas)), SNAP_POINTS)
    box = areas[["west", "south", "east", "north"]].to_numpy()[lsoa]
    u = rng.uniform(0.05, 0.95, (size, 2))
    first, last = rng.choice(np.array(STREETS, dtype=object), size), rng.choice(np.array(STREET_ENDS, dtype=object), size)
    return pd.DataFrame(
        {
            "lsoa": lsoa,
            "point": np.tile(np.arange(SNAP_POINTS), len(areas)),
            "easting": np.rint(box[:, 0] + u[:, 0] * (box[:, 2] - box[:, 0])).astype(np.int64),
            "northing": np.rint(box[:, 1] + u[:, 1] * (box[:, 3] - box[:, 1])).astype(np.int64),
            "street": "On or near " + first + " " + last,
        }
    )


def place(rng: np.random.Generator, areas: pd.DataFrame, district: np.ndarray) -> pd.DataFrame:
    """lsoa (row number, -1 where the district is unknown), easting, northing of each offence."""
    size = len(district)
    heat: Floats = areas["heat"].to_numpy()
    lsoa = np.full(size, -1)
    for number in range(len(DISTRICTS)):
        members = np.flatnonzero(areas["district"].to_numpy() == number)
        rows = np.flatnonzero(district == number)
        lsoa[rows] = rng.choice(members, len(rows), p=heat[members] / heat[members].sum())
    box = areas[["west", "south", "east", "north"]].to_numpy()[lsoa]
    u = rng.random((size, 2))
    return pd.DataFrame(
        {
            "lsoa": lsoa,
            "easting": (box[:, 0] + u[:, 0] * (box[:, 2] - box[:, 0])).astype(np.int64),
            "northing": (box[:, 1] + u[:, 1] * (box[:, 3] - box[:, 1])).astype(np.int64),
        }
    )
