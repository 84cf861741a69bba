"""Boundaries of the release as shapes on a local plane, simplified once so that no gap opens between neighbours."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely
from shapely.geometry import mapping

from reporting.release import Release

# Metres: what a line may be off by, which is less than half a pixel of a map of a county.
TOLERANCE = 60.0
_METRES = 111_320.0


@dataclass(frozen=True)
class Layer:
    """Areas of one kind: code → shape, in metres east and north of the corner of the map."""

    shapes: Mapping[str, Any]

    def features(self, properties: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """GeoJSON features of the areas that have properties, with these."""
        return [_feature(self.shapes[code], own) for code, own in properties.items() if code in self.shapes]


class Boundaries:
    """The boundaries of a release, each layer simplified when it is first drawn."""

    def __init__(self, release: Release) -> None:
        self.release = release

    @cached_property
    def wards(self) -> Layer:
        return Layer(self._read("marts.wards", "ward_code"))

    @cached_property
    def lsoas(self) -> Layer:
        return Layer(self._read("marts.lsoas", "lsoa_code"))

    @cached_property
    def hexagons(self) -> Layer:
        return Layer(self._read("marts.hexagons", "hexagon_code", simplify=False))

    @cached_property
    def districts(self) -> Layer:
        """The union of the wards of each district."""
        codes: dict[str, list[Any]] = {}
        for row in self.release.rows("select ward_code, district_code from marts.wards where boundary_geojson is not null"):
            codes.setdefault(row["district_code"], []).append(self.wards.shapes[row["ward_code"]])
        return Layer({code: _dissolved(shapes) for code, shapes in sorted(codes.items())})

    @cached_property
    def outlines(self) -> list[dict[str, Any]]:
        return [_feature(shape, {}) for shape in self.districts.shapes.values()]

    @cached_property
    def _corner(self) -> tuple[float, float]:
        """Longitude of the west edge and latitude of the middle of all wards."""
        west, south, _, north = shapely.total_bounds(_raw(self.release, "marts.wards", "ward_code")[1])
        return float(west), float(south + north) / 2

    def _read(self, table: str, code: str, *, simplify: bool = True) -> dict[str, Any]:
        if not has_boundaries(self.release, ("marts.wards", table)):
            return {}
        codes, shapes = _raw(self.release, table, code)
        x, y = self._corner
        east = _METRES * math.cos(math.radians(y))
        plane = shapely.transform(shapes, lambda points: (points - (x, y)) * (east, _METRES))
        if simplify:
            plane = shapely.coverage_simplify(plane, TOLERANCE)
        return dict(zip(codes, plane, strict=True))


def _raw(release: Release, table: str, code: str) -> tuple[list[str], Any]:
    rows = release.rows(
        f"select {code} as code, boundary_geojson as shape from {table} where boundary_geojson is not null order by 1"
    )
    return [row["code"] for row in rows], shapely.from_geojson([row["shape"] for row in rows])


def _dissolved(shapes: Sequence[Any]) -> Any:
    """One shape of several, without the slivers between neighbours whose edges do not meet exactly."""
    wide = shapely.union_all(shapely.buffer(shapes, TOLERANCE, join_style="mitre"))
    return shapely.buffer(wide, -TOLERANCE, join_style="mitre")


def _feature(shape: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    geometry = json.loads(json.dumps(mapping(shape)), parse_float=lambda number: round(float(number)))
    return {"type": "Feature", "geometry": geometry, "properties": dict(properties)}


def has_boundaries(release: Release, tables: Sequence[str] = ("marts.wards",)) -> bool:
    """Whether the boundaries that a map needs have been delivered."""
    return all(
        release.has(table) and release.rows(f"select 1 from {table} where boundary_geojson is not null limit 1")
        for table in tables
    )


def missing_boundaries(release: Release, tables: Sequence[str] = ("marts.wards",)) -> str:
    """Why a map cannot be drawn, and whom to ask; empty where it can."""
    if has_boundaries(release, tables):
        return ""
    asked = {
        f"{feed['title']}: ask {feed['owner']}"
        for table in tables
        for feed in release.waiting_for(table)
        if "boundar" in feed["feed"]
    }
    return f"Boundaries have not been delivered. {'; '.join(sorted(asked))}".strip()
