"""Where each crime happened: LSOA, point of the National Grid, street.

Crimes lie about the streets of their LSOA, where the open archive shows them too. Ours: all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.geography import CENTRE_EDGE, CENTRE_POINTS, DISTRICTS, SNAP_POINTS, lsoas, snap_points
from synthetic.nightlife import nte_areas, write_nte_areas
from synthetic.open_data import write_boundaries, write_lsoa_boundaries
from synthetic.population import write_population
from synthetic.schools import schools, write_locations, write_register
from synthetic.targets import Floats, Ints

if TYPE_CHECKING:
    import duckdb

SCATTER = 45.0
"""Assumed standard deviation, in metres, of crimes about the middle of their street, west to east and south to north."""
MARGIN = 15.0
"""Metres that a point keeps from the edges of its LSOA and of a town centre."""
PUBLIC_PLACES = ("Street", "Open space", "Car park", "Licensed premises", "Shop", "Public transport")
"""Kinds of place for which a street is recorded."""


@dataclass(frozen=True)
class Map:
    """The county that does not exist."""

    areas: pd.DataFrame
    """See ``geography.lsoas``."""
    points: pd.DataFrame
    """See ``geography.snap_points``; row lsoa * SNAP_POINTS + point."""
    centres: pd.DataFrame
    """See ``nightlife.nte_areas``."""
    schools: pd.DataFrame
    """See ``schools.schools``."""


def draw_map(rng: np.random.Generator) -> Map:
    """LSOAs, their streets, the areas of the night-time economy and the schools."""
    areas = lsoas(rng)
    centres = nte_areas(areas)
    return Map(areas, snap_points(rng, areas), centres, schools(rng, areas, centres["lsoa"].to_numpy()))


def write_geography(
    database: duckdb.DuckDBPyConnection, rng: np.random.Generator, county: Map, raw: Path, add: Callable[[str, int], None]
) -> None:
    """Write the feeds that tell of the map: boundaries, residents, schools, areas of the night-time economy.

    ``add`` is told the feed and the rows of each file.
    """
    for _, rows in write_boundaries(database, county.areas, raw / "ons" / "ward_boundaries"):
        add("ons/ward_boundaries", rows)
    for _, rows in write_lsoa_boundaries(database, county.areas, raw / "ons" / "lsoa_boundaries"):
        add("ons/lsoa_boundaries", rows)
    add("ons/population", write_population(rng, county.areas, raw / "ons" / "population" / "2022.synthetic.xlsx"))
    areas = raw / "safer_derbyshire" / "nte_areas" / "2024.synthetic.geojson"
    add("safer_derbyshire/nte_areas", write_nte_areas(database, county.centres, areas))
    add("dfe/schools", write_register(county.schools, raw / "dfe" / "schools" / "2024.synthetic.csv"))
    points = raw / "dfe" / "school_locations" / "2024.synthetic.tsv"
    add("dfe/school_locations", write_locations(database, county.schools, points))


def place(rng: np.random.Generator, county: Map, crimes: pd.DataFrame) -> pd.DataFrame:
    """lsoa (row number, -1 where the district is unknown), point, easting, northing and street of each crime."""
    district = crimes["district"].to_numpy()
    heat: Floats = county.areas["heat"].to_numpy()
    lsoa = np.full(len(crimes), -1)
    for number in range(len(DISTRICTS)):
        members = np.flatnonzero(county.areas["district"].to_numpy() == number)
        rows = np.flatnonzero(district == number)
        lsoa[rows] = rng.choice(members, len(rows), p=heat[members] / heat[members].sum())
    point = rng.integers(0, SNAP_POINTS, len(crimes))
    east, north = coordinates(rng, county, lsoa, point)
    public = (lsoa >= 0) & np.isin(crimes["location"].to_numpy().astype(str), PUBLIC_PLACES)
    street = np.where(public, county.points["street"].to_numpy()[lsoa * SNAP_POINTS + point], "")
    return pd.DataFrame({"lsoa": lsoa, "point": point, "easting": east, "northing": north, "street": street})


def coordinates(rng: np.random.Generator, county: Map, lsoa: Ints, point: Ints) -> tuple[Ints, Ints]:
    """Easting and northing (whole metres) about each point, on its side of the edge of a town centre."""
    box = county.areas[["west", "south", "east", "north"]].to_numpy()[lsoa]
    middle = county.points[["easting", "northing"]].to_numpy()[lsoa * SNAP_POINTS + point]
    edge = box[:, 0] + CENTRE_EDGE * (box[:, 2] - box[:, 0])
    central = point < CENTRE_POINTS
    # A town centre ends a little before the edge and begins a little after the west and south of its LSOA.
    width, height = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    low = np.stack([np.where(central, box[:, 0] + 0.07 * width, edge), box[:, 1] + 0.06 * height], axis=1)
    high = np.stack([np.where(central, edge - 0.03 * width, box[:, 2]), box[:, 3] - 0.06 * height], axis=1)
    found = np.clip(middle + rng.normal(0, SCATTER, middle.shape), low + MARGIN, high - MARGIN)
    return np.rint(found[:, 0]).astype(np.int64), np.rint(found[:, 1]).astype(np.int64)
