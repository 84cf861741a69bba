"""Boundaries as GeoJSON (RFC 7946): their features, and whether each geometry is a valid area.

An invalid geometry would silently assign people and offences to the wrong area, or to none; a file with one is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.contracts.model import FeedContract
from orchestration.ingest.files.registers import unique
from orchestration.ingest.rules import Fault, UnreadableError, fault

if TYPE_CHECKING:
    import numpy as np

# Degrees of longitude and latitude around England and Wales, the Isles of Scilly included.
WEST, EAST, SOUTH, NORTH = -6.5, 1.9, 49.8, 55.9
# Metres of the British National Grid: no degree is so large.
_GRID_EAST, _GRID_NORTH = 700_000, 1_300_000

# How a file calls the reference system that every GeoJSON is in; exports of an earlier standard name it, or any other.
_DEGREES = re.compile(r"(\bCRS84|\bEPSG:.*\b4326)$", re.IGNORECASE)

AREAS = ("Polygon", "MultiPolygon")
_OTHERS = ("Point", "MultiPoint", "LineString", "MultiLineString", "GeometryCollection")
GEOMETRY = "geometry"


def read_features(path: Path) -> list[dict[str, Any]]:
    """The features of a collection.

    Raises:
        UnreadableError: the file is no collection of features, or says that its coordinates are in another reference system than
            WGS84 (D10), or an object in it has a name twice (D06).
    """
    try:
        document = json.loads(path.read_bytes(), object_pairs_hook=unique)
        features = document["features"]
        if not all(isinstance(feature["properties"], dict) and GEOMETRY in feature for feature in features):
            raise TypeError("no feature")
        for feature in features:
            # Of a geometry that is said by feature (D24).
            json.dumps(feature["properties"], allow_nan=False)
            if any(isinstance(value, str) and "\0" in value for value in feature["properties"].values()):
                raise ValueError("a zero byte, at which other programs end the text")
    except (ValueError, KeyError, TypeError):
        raise UnreadableError(fault("D10", detail="it is not a GeoJSON collection of features")) from None
    if not _is_in_degrees(document):
        detail = "it says that its coordinates are in another reference system than WGS84 (EPSG:4326)"
        raise UnreadableError(fault("D10", detail=detail))
    return list(features)


def _is_in_degrees(document: Mapping[str, Any]) -> bool:
    """Whether a collection names no reference system, or WGS84."""
    system = document.get("crs")
    properties = system.get("properties") if isinstance(system, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return system is None or (isinstance(name, str) and _DEGREES.search(name) is not None)


def feature_rows(features: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Any]]:
    """Header and rows: the properties, and the geometry as GeoJSON."""
    keys = list(dict.fromkeys(key for feature in features for key in feature["properties"]))
    if features:
        yield [*keys, GEOMETRY]
    for feature in features:
        yield [*map(feature["properties"].get, keys), json.dumps(feature[GEOMETRY], separators=(",", ":"))]


def code_headers(contract: FeedContract) -> list[str]:
    """The headers of published codes, by one of which the sender of a feature finds it."""
    return [column.header for column in contract.columns if column.required and column.classification == "public"]


def check_geometries(features: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> None:
    """Make sure that each geometry is a valid area of England or Wales.

    Args:
        codes: see `code_headers`.

    Raises:
        UnreadableError: D24, with the number of each feature whose geometry is not, and what is wrong with the first.
    """
    found = {number: wrong for number, feature in enumerate(features, 1) if (wrong := problem(feature[GEOMETRY]))}
    if not found:
        return
    first = min(found)
    where = f"feature {first:,}{_named(features[first - 1]['properties'], codes)}"
    raise UnreadableError(_fault(found, where, first))


def _fault(found: Mapping[int, str], where: str, first: int) -> Fault:
    return fault("D24", GEOMETRY, len(found), tuple(sorted(found)[:10]), where=where, problem=found[first])


def _named(properties: Mapping[str, Any], codes: Sequence[str]) -> str:
    """The published code of a feature."""
    for header in codes:
        value = properties.get(header)
        if isinstance(value, str) and value.isalnum():
            return f" ({header} {value[:20]})"
    return ""


def problem(geometry: Any) -> str | None:
    """What is wrong with a geometry, None for a valid area of England or Wales."""
    if geometry is None:
        return "it has no geometry"
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in AREAS:
        return f"it is a {kind}, not a Polygon or MultiPolygon" if kind in _OTHERS else "it is not a Polygon or MultiPolygon"
    polygons = geometry.get("coordinates")
    polygons = [polygons] if kind == "Polygon" else polygons
    if not isinstance(polygons, list) or not polygons or not all(isinstance(rings, list) and rings for rings in polygons):
        return "it has no coordinates"
    parts = []
    for rings in polygons:
        read = [_ring(ring) for ring in rings]
        if wrong := next((ring for ring in read if isinstance(ring, str)), None):
            return wrong
        parts.append([ring for ring in read if not isinstance(ring, str)])
    return _misplaced(parts) or _invalid(parts)


def _ring(ring: Any) -> np.ndarray | str:
    """The positions of a ring as an array of (longitude, latitude); a text where they are none."""
    import numpy as np

    try:
        positions = np.asarray(ring)
    except (ValueError, OverflowError):  # positions of different lengths
        positions = np.empty(0)
    if positions.ndim != 2 or positions.shape[1] not in (2, 3) or positions.dtype.kind not in "iuf":
        return "its coordinates are not lists of two or three numbers"
    if not np.isfinite(positions).all():
        return "a coordinate is not a finite number"
    if len(positions) < 4 or not (positions[0] == positions[-1]).all():
        return "a ring is not closed: its last position must be its first"
    return positions[:, :2]


def _misplaced(parts: Sequence[Sequence[np.ndarray]]) -> str | None:
    """Why the positions are not in or near England and Wales, None where they are."""
    rings = [ring for rings in parts for ring in rings]
    (x0, y0), (x1, y1) = (
        (min(ring[:, i].min() for ring in rings) for i in (0, 1)),
        (max(ring[:, i].max() for ring in rings) for i in (0, 1)),
    )
    if WEST <= x0 <= x1 <= EAST and SOUTH <= y0 <= y1 <= NORTH:
        return None
    if WEST <= y0 <= y1 <= EAST and SOUTH <= x0 <= x1 <= NORTH:
        return "latitude and longitude are swapped: GeoJSON writes longitude first"
    if 0 <= x0 <= x1 <= _GRID_EAST and 0 <= y0 <= y1 <= _GRID_NORTH and (x1 > 180 or y1 > 90):
        return "its coordinates are metres of the British National Grid: export it in WGS84 (EPSG:4326)"
    if x0 < -180 or x1 > 180 or y0 < -90 or y1 > 90:
        return "its coordinates are not degrees of longitude and latitude (WGS84)"
    return "it is outside England and Wales"


def _invalid(parts: Sequence[Sequence[np.ndarray]]) -> str | None:
    """What is wrong with the first part that is no valid area; parts within each other occur in generalised boundaries, and harm
    nothing."""
    import shapely

    reasons = (str(shapely.is_valid_reason(shapely.Polygon(rings[0], rings[1:]))) for rings in parts)
    reason = next((reason for reason in reasons if reason != "Valid Geometry"), None)
    return None if reason is None else f"it is not a valid area ({reason[0].lower()}{reason[1:]})"
