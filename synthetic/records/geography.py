"""A map of a county that does not exist.

Real: names and codes of the nine districts, how many LSOAs of 2011 (642, behind T63) and wards of 2024 (176) each
has, and the names of the fifteen wards of T26 and of the seven streets of T27. Ours: everything else. Districts are
rectangles about where the real ones are (British National Grid, metres), tiled into wards and these into LSOAs, with
codes in ranges that the ONS has not assigned (E0599..., E0199...). In a larger force each district is tiled into its parts
first, and each of these into as many wards.
"""

from __future__ import annotations

import string

import numpy as np
import pandas as pd

from synthetic.records.parts import code, own_name
from synthetic.records.population import populations
from synthetic.records.targets import SEEDS, Floats, implied, place_counts, read_csv

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
# Where the wards of T26 and of section 22 are, by place in their district's tiling;
# Derby's busy wards are side by side around Arboretum.
NAMED_WARDS: dict[str, dict[int, str]] = {
    "Amber Valley": {11: "Ripley"},
    "Chesterfield": {6: "St Leonard's"},
    "Derby": {
        0: "Littleover",
        1: "Normanton",
        2: "Sinfin",
        3: "Boulton",
        5: "Abbey",
        6: "Arboretum",
        7: "Alvaston",
        9: "Mackworth",
        10: "Darley",
        11: "Derwent",
        12: "Chaddesden West",
    },
    "Erewash": {8: "Little Hallam", 9: "Awsworth Road"},
    "South Derbyshire": {7: "Swadlincote"},
}
HOT_STREETS = {
    "Arboretum": ("Curzon Street", "Wardwick", "Victoria Street", "St. Peters Street"),
    "St Leonard's": ("Holywell Street", "Corporation Street", "Stephenson Place"),
}
"""First streets of the first LSOA of their ward (T27)."""
SNAP_POINTS = 12
"""Streets per LSOA; each is one of the places at which the open archive shows crime."""
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
    "Sorrel",
    "Thistle",
    "Willow",
)
STREET_ENDS = ("Street", "Road", "Close", "Avenue", "Lane", "Drive", "Way", "Court")

USUAL_RATE = 4.2
"""Assumed: what T26 counts per 1,000 people, in wards that it does not name."""
CENTRE_POINTS, CENTRE_EDGE = 8, 0.6
"""How many of an LSOA's places are in its western part, and how much of its width this part has."""

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


def ward_name(district: str, place: int) -> str:
    """Name of a ward by its place in the tiling of its district."""
    return NAMED_WARDS.get(district, {}).get(place, f"{district} Ward {place + 1:02d}")


def lsoas(rng: np.random.Generator, part: int = 0, scale: int = 1) -> pd.DataFrame:
    """One row per LSOA of one of ``scale`` parts: code, name, ward_code, ward_name, district (row of T06), district_code,
    district_name, west, south, east, north (metres), population and heat, its weight among the LSOAs of the part where crime
    is drawn (assumed: some have much more than the rest; wards of T26 as printed).
    """
    names = list(DISTRICTS)
    numbers = implied("T63", names, ("Most deprived: Indices 1 - 5",))[1][:, 0]
    code_of = {row["district"]: row["district_code"] for row in read_csv(SEEDS / "national" / "national_district.csv")}
    rows: list[tuple[object, ...]] = []
    ward_number = 0
    for index, (name, (corners, wards)) in enumerate(DISTRICTS.items()):
        per_ward = [(int(numbers[index]) * (w + 1)) // wards - (int(numbers[index]) * w) // wards for w in range(wards)]
        west, south, east, north = (1000.0 * edge for edge in corners)
        for w, ward in enumerate(tile(tile((west, south, east, north), scale)[part], wards)):
            ward_number += 1
            for cell, box in enumerate(tile(ward, per_ward[w])):
                rows.append(
                    (
                        code("E01", part, len(rows) + 1),
                        f"{name} {part * wards + w + 1:02d}{string.ascii_uppercase[cell]}",
                        code("E05", part, ward_number),
                        ward_name(name, w),
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
    areas = pd.DataFrame(rows, columns=columns)
    areas["population"] = populations(rng, areas)
    return areas.assign(heat=_heat(rng, areas))


def with_own_names(areas: pd.DataFrame, part: int) -> pd.DataFrame:
    """``areas`` as they are delivered: the wards of the report are in part 0, and those of the others go on counting."""
    if part == 0:
        return areas
    place = areas.groupby("district_name")["ward_code"].transform(lambda codes: codes.factorize()[0])
    number = areas["district_name"].map({name: wards for name, (_, wards) in DISTRICTS.items()}) * part + place + 1
    return areas.assign(ward_name=areas["district_name"] + " Ward " + number.astype(str))


def _heat(rng: np.random.Generator, areas: pd.DataFrame) -> Floats:
    """Weight of each LSOA: that of its ward, shared out unevenly among the ward's."""
    ward = areas["ward_code"].factorize()[0]
    people = np.bincount(ward, areas["population"])
    names = areas.groupby(ward)["ward_name"].first()
    printed = place_counts("T26", "SV totals per population: Total")
    usual = USUAL_RATE / 1000 * people * rng.lognormal(0, 0.25, len(people))
    weight = np.array([printed.get(name, rate) for name, rate in zip(names, usual, strict=True)])
    share = rng.lognormal(0, 0.6, len(areas))
    return np.asarray(weight[ward] * share / np.bincount(ward, share)[ward])


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


def snap_points(rng: np.random.Generator, areas: pd.DataFrame, part: int = 0) -> pd.DataFrame:
    """One row per LSOA and point: lsoa (row number), point, easting, northing (whole metres), street (no name twice in a
    ward).

    The first ``CENTRE_POINTS`` are in the west of the LSOA, where a town centre may be, the others in the east.
    """
    size = len(areas) * SNAP_POINTS
    lsoa = np.repeat(np.arange(len(areas)), SNAP_POINTS)
    point = np.tile(np.arange(SNAP_POINTS), len(areas))
    box = areas[["west", "south", "east", "north"]].to_numpy()[lsoa]
    u = rng.uniform(0.08, 0.92, (size, 2))
    central = point < CENTRE_POINTS
    u[:, 0] = np.where(central, 0.08 + (CENTRE_EDGE - 0.16) * u[:, 0], CENTRE_EDGE + 0.08 + (0.84 - CENTRE_EDGE) * u[:, 0])
    names = np.array([f"{first} {last}" for first in STREETS for last in STREET_ENDS], dtype=object)
    street = np.empty(size, dtype=object)
    for _, rows in pd.Series(np.arange(size)).groupby(areas["ward_code"].to_numpy()[lsoa]):
        street[rows] = rng.permutation(names)[: len(rows)]
        hot = HOT_STREETS.get(areas["ward_name"].to_numpy()[lsoa[rows.iloc[0]]], ())
        street[rows[: len(hot)]] = hot
    return pd.DataFrame(
        {
            "lsoa": lsoa,
            "point": point,
            "easting": np.rint(box[:, 0] + u[:, 0] * (box[:, 2] - box[:, 0])).astype(np.int64),
            "northing": np.rint(box[:, 1] + u[:, 1] * (box[:, 3] - box[:, 1])).astype(np.int64),
            "street": pd.Series(street).map({name: own_name(name, part) for name in set(street)}).to_numpy(),
        }
    )
