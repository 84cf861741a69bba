"""The areas of the night-time economy (NTE), and which crimes of the night lie in them.

Published constraints: 34 areas (section 9), the crimes of the sixteen types committed in them between 18:00 and 06:00
by type (T36) and by district (T37) in three financial years, by date of recording. Which codes are of which type is
the seed ``nte_offence_type``. Ours: where the areas are, and everything by type and district at once. Crimes beside
serious violence get their district here, where an area needs them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.geography import CENTRE_EDGE, DISTRICTS

if TYPE_CHECKING:
    import duckdb

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


def nte_areas(areas: pd.DataFrame) -> pd.DataFrame:
    """One row per area: area_code, area_name, lsoa (row number), ward_name, district, district_code, west, south, east,
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
            "area_code": [f"NTE{number + 1:02d}" for number in range(len(found))],
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


def write_nte_areas(database: duckdb.DuckDBPyConnection, centres: pd.DataFrame, path: Path) -> int:
    """The areas as polygons (GeoJSON, degrees, CRS84)."""
    from synthetic.open_data import to_degrees

    path.parent.mkdir(parents=True, exist_ok=True)
    corners = [("west", "south"), ("east", "south"), ("east", "north"), ("west", "north"), ("west", "south")]
    rings = np.stack([to_degrees(database, centres[x].to_numpy(), centres[y].to_numpy()) for x, y in corners], axis=1)
    features = [
        {
            "type": "Feature",
            "properties": {name: getattr(area, name) for name in ("area_code", "area_name", "district_code")},
            "geometry": {"type": "Polygon", "coordinates": [ring.round(7).tolist()]},
        }
        for area, ring in zip(centres.itertuples(), rings, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "name": "nte_areas", "features": features}), encoding="utf-8")
    return len(features)
