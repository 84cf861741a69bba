"""The map of the county in the files of those who publish such: look-up, boundaries, residents, schools, night-time economy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthetic.feeds.files import write_rows, write_text
from synthetic.feeds.national_grid import to_degrees
from synthetic.feeds.population import write_population
from synthetic.feeds.schools import write_locations, write_register
from synthetic.records.geography import wards
from synthetic.records.locations import Map

if TYPE_CHECKING:
    import duckdb

LOOKUP_HEADERS = (
    "LSOA21CD", "LSOA21NM", "LSOA21NMW", "WD24CD", "WD24NM", "WD24NMW", "LAD24CD", "LAD24NM", "LAD24NMW", "ObjectId",
)  # fmt: skip


def write_geography(
    database: duckdb.DuckDBPyConnection, rng: np.random.Generator, county: Map, raw: Path, add: Callable[[str, int], None]
) -> None:
    """Write the feeds about the map: boundaries, residents, schools, areas of the night-time economy.

    ``add`` is called with feed and rows of each file.
    """
    for _, rows in write_boundaries(database, county.areas, raw / "ons" / "ward_boundaries"):
        add("ons/ward_boundaries", rows)
    for _, rows in write_lsoa_boundaries(database, county.areas, raw / "ons" / "lsoa_boundaries"):
        add("ons/lsoa_boundaries", rows)
    add("ons/population", write_population(rng, county.areas, raw / "ons" / "population" / "2022.xlsx"))
    areas = raw / "safer_derbyshire" / "nte_areas" / "2024.geojson"
    add("safer_derbyshire/nte_areas", write_nte_areas(database, county.centres, areas))
    add("dfe/schools", write_register(county.schools, raw / "dfe" / "schools" / "2024.csv"))
    points = raw / "dfe" / "school_locations" / "2024.tsv"
    add("dfe/school_locations", write_locations(database, county.schools, points))


def write_lookup(areas: pd.DataFrame, path: Path) -> int:
    """The ONS best-fit look-up of LSOAs to wards and districts (UTF-8 with a byte order mark, Welsh names empty)."""
    columns = areas[["code", "name", "ward_code", "ward_name", "district_code", "district_name"]]
    rows = [
        (code, name, "", ward, ward_name, "", district, district_name, "", number)
        for number, (code, name, ward, ward_name, district, district_name) in enumerate(columns.to_numpy().tolist(), start=1)
    ]
    write_rows([LOOKUP_HEADERS, *rows], path, encoding="utf-8-sig")
    return len(columns)


def write_nte_areas(database: duckdb.DuckDBPyConnection, centres: pd.DataFrame, path: Path) -> int:
    """The areas as polygons (GeoJSON, degrees, CRS84)."""
    rings = _rings(database, centres)
    features = [
        {
            "type": "Feature",
            "properties": {name: getattr(area, name) for name in ("area_code", "area_name", "district_code")},
            "geometry": {"type": "Polygon", "coordinates": [ring.round(7).tolist()]},
        }
        for area, ring in zip(centres.itertuples(), rings, strict=True)
    ]
    write_text(json.dumps({"type": "FeatureCollection", "name": "nte_areas", "features": features}), path)
    return len(features)


def _rings(database: duckdb.DuckDBPyConnection, boxes: pd.DataFrame) -> np.ndarray:
    """The closed outline of each box (west, south, east, north in metres): boxes x 5 corners x longitude and latitude."""
    corners = [("west", "south"), ("east", "south"), ("east", "north"), ("west", "north"), ("west", "south")]
    return np.stack([to_degrees(database, boxes[x].to_numpy(), boxes[y].to_numpy()) for x, y in corners], axis=1)


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
    rings = _rings(database, table)
    for code, members in table.groupby("district_code"):
        features = [
            feature(number + 1, row, rings[number].round(9).tolist())
            for number, row in zip(members.index.to_numpy().tolist(), members.to_dict("records"), strict=True)
        ]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
        path = folder / f"{period}-{code}.geojson"
        write_text(json.dumps({"type": "FeatureCollection", "name": code, "crs": crs, "features": features}), path)
        yield path, len(features)
