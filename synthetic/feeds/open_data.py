"""Stand-ins for four open data sets, in their publishers' formats, about the county that does not exist.

Published constraint: LSOAs among the five most and the five least deprived tenths of England, by district (T63), and in the
most deprived tenth: 46 of them (section 19), by district as file 1 of the indices has them.
Ours: which LSOA is how deprived within these, but that much crime and deprivation tend to go together. Real files (see
each contract) replace all of them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthetic.records.geography import wards
from synthetic.records.targets import implied

if TYPE_CHECKING:
    import duckdb

LSOAS_IN_ENGLAND = 32_844
MOST_DEPRIVED_TENTH = (3, 2, 6, 24, 1, 4, 3, 3, 0)
"""LSOAs in the most deprived tenth of England, by district in the order of T06."""
IMD_HEADERS = (
    "LSOA code (2011)",
    "LSOA name (2011)",
    "Local Authority District code (2019)",
    "Local Authority District name (2019)",
    "Index of Multiple Deprivation (IMD) Rank",
    "Index of Multiple Deprivation (IMD) Decile",
)
LOOKUP_HEADERS = (
    "LSOA21CD", "LSOA21NM", "LSOA21NMW", "WD24CD", "WD24NM", "WD24NMW", "LAD24CD", "LAD24NM", "LAD24NMW", "ObjectId",
)  # fmt: skip
WRITTEN = datetime(2024, 4, 1)
"""The only date inside the workbook, so that the same seed gives the same bytes."""


def deprivation(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    """rank (1 = most deprived of England, all different) and decile of each LSOA."""
    districts = list(dict.fromkeys(areas["district_name"]))
    deprived = implied("T63", districts, ("Most deprived: Indices 1 - 5",))[0][:, 0]
    tenth, half = LSOAS_IN_ENGLAND // 10, LSOAS_IN_ENGLAND // 2
    pools = [rng.permutation(np.arange(low, high)) + 1 for low, high in ((0, tenth), (tenth, half), (half, LSOAS_IN_ENGLAND))]
    heat = np.log(areas["heat"].to_numpy()) + rng.normal(0, 1, len(areas))
    rank = np.empty(len(areas), dtype=np.int64)
    for number, district in enumerate(districts):
        rows = np.flatnonzero(areas["district_name"].to_numpy() == district)
        rows = rows[np.argsort(-heat[rows], kind="stable")]
        worst, worse = MOST_DEPRIVED_TENTH[number], int(deprived[number])
        for place, members in enumerate(np.split(rows, [worst, worse])):
            rank[members], pools[place] = np.sort(pools[place][: len(members)]), pools[place][len(members) :]
    return pd.DataFrame({"rank": rank, "decile": -(-rank * 10 // LSOAS_IN_ENGLAND)})


def write_imd(areas: pd.DataFrame, scores: pd.DataFrame, path: Path) -> int:
    """File 1 of the English Indices of Deprivation 2019: an empty sheet "Notes", then "IMD2019"."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": WRITTEN})
        book.add_worksheet("Notes")
        sheet = book.add_worksheet("IMD2019")
        sheet.write_row(0, 0, IMD_HEADERS)
        table = pd.concat([areas[["code", "name", "district_code", "district_name"]], scores], axis=1)
        for number, row in enumerate(table.to_numpy().tolist(), start=1):
            sheet.write_row(number, 0, row)
    return len(table)


def write_lookup(areas: pd.DataFrame, path: Path) -> int:
    """The ONS best-fit look-up of LSOAs to wards and districts (UTF-8 with a byte order mark, Welsh names empty)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(LOOKUP_HEADERS)
        columns = areas[["code", "name", "ward_code", "ward_name", "district_code", "district_name"]]
        for number, (code, name, ward, ward_name, district, district_name) in enumerate(columns.to_numpy().tolist(), start=1):
            writer.writerow([code, name, "", ward, ward_name, "", district, district_name, "", number])
    return len(columns)


def load_spatial(database: duckdb.DuckDBPyConnection) -> None:
    """Load DuckDB's spatial extension from its wheel."""
    import duckdb_extensions

    duckdb_extensions.import_extension("spatial", con=database)
    database.execute("load spatial")


def to_degrees(database: duckdb.DuckDBPyConnection, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Longitude and latitude (n x 2, degrees) of British National Grid metres."""
    frame = pd.DataFrame({"number": np.arange(len(east)), "east": east.astype(float), "north": north.astype(float)})
    database.register("grid", frame)
    found = database.execute(
        """
        with points as (
            select number, st_transform(st_point(east, north), 'EPSG:27700', 'OGC:CRS84') as point
            from grid
        )
        select st_x(point) as longitude, st_y(point) as latitude from points order by number
        """
    ).fetchnumpy()
    database.unregister("grid")
    return np.column_stack([found["longitude"], found["latitude"]])


def _feature(number: int, ward: dict[Any, Any], ring: list[list[float]]) -> dict[str, Any]:
    longitude, latitude = np.mean(ring[:4], axis=0).round(6).tolist()
    return {
        "type": "Feature",
        "properties": {
            "FID": number,
            "WD25CD": ward["ward_code"],
            "WD25NM": ward["name"],
            "WD25NMW": " ",
            "LAD25CD": ward["district_code"],
            "LAD25NM": ward["district_name"],
            "BNG_E": round((ward["west"] + ward["east"]) / 2),
            "BNG_N": round((ward["south"] + ward["north"]) / 2),
            "LONG": longitude,
            "LAT": latitude,
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write_boundaries(database: duckdb.DuckDBPyConnection, areas: pd.DataFrame, folder: Path) -> Iterator[tuple[Path, int]]:
    """Ward boundaries of May 2025, one GeoJSON file per district (degrees, CRS84); yields path and wards."""
    yield from _write_layer(database, wards(areas), _feature, folder, "2025")


def write_lsoa_boundaries(database: duckdb.DuckDBPyConnection, areas: pd.DataFrame, folder: Path) -> Iterator[tuple[Path, int]]:
    """LSOA boundaries of 2021, one GeoJSON file per district (degrees, CRS84); yields path and LSOAs."""
    yield from _write_layer(database, areas, _lsoa_feature, folder, "2021")


def _lsoa_feature(number: int, area: dict[Any, Any], ring: list[list[float]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"FID": number, "LSOA21CD": area["code"], "LSOA21NM": area["name"]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _write_layer(
    database: duckdb.DuckDBPyConnection,
    table: pd.DataFrame,
    feature: Callable[[int, dict[Any, Any], list[list[float]]], dict[str, Any]],
    folder: Path,
    period: str,
) -> Iterator[tuple[Path, int]]:
    folder.mkdir(parents=True, exist_ok=True)
    corners = [("west", "south"), ("east", "south"), ("east", "north"), ("west", "north"), ("west", "south")]
    rings = np.stack([to_degrees(database, table[x].to_numpy(), table[y].to_numpy()) for x, y in corners], axis=1)
    for code, members in table.groupby("district_code"):
        features = [
            feature(number + 1, row, rings[number].round(9).tolist())
            for number, row in zip(members.index.to_numpy().tolist(), members.to_dict("records"), strict=True)
        ]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
        path = folder / f"{period}-{code}.geojson"
        path.write_text(
            json.dumps({"type": "FeatureCollection", "name": code, "crs": crs, "features": features}), encoding="utf-8"
        )
        yield path, len(features)
