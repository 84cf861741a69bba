"""Boundaries as GeoJSON (RFC 7946): their features, and whether each geometry is a valid area.

An invalid geometry would silently assign people and offences to the wrong area, or to none; a file with one is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

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
# Characters that are read at a time.
PIECE = 1_000_000
_BLANKS = re.compile(r"[ \t\n\r]*")
# GSS codes of Scotland and Northern Ireland.
_ABROAD = re.compile(r"[SN]\d{8}")


def feature_rows(path: Path, codes: Sequence[str] | None = None) -> Iterator[Sequence[Any]]:
    """Header and rows of a collection: the properties, and the geometry as GeoJSON. A nation's boundaries need no more memory
    than one feature: the file is read twice, first to know its header.

    Features of Scotland and Northern Ireland, which files of the United Kingdom have, are left out.

    Args:
        codes: see `code_headers`; None where no geometry is judged.

    Raises:
        UnreadableError: the file is no collection of features, or says that its coordinates are in another reference system than
            WGS84 (D10), an object in it has a name twice (D06), or a geometry is not a valid area of England or Wales (D24).
    """
    keys: dict[str, None] = {}
    found: dict[int, str] = {}
    first = ""
    for number, feature in enumerate(_features(path), 1):
        keys |= dict.fromkeys(feature["properties"])
        if codes is None or _is_abroad(feature["properties"], codes):
            continue
        if wrong := problem(feature[GEOMETRY]):
            first = first or f"feature {number:,}{_named(feature['properties'], codes)}"
            found[number] = wrong
    if found:
        raise UnreadableError(_fault(found, first, min(found)))
    if keys:
        yield [*keys, GEOMETRY]
    for feature in _features(path):
        if not _is_abroad(feature["properties"], codes or ()):
            yield [*map(feature["properties"].get, keys), json.dumps(feature[GEOMETRY], separators=(",", ":"))]


def _is_abroad(properties: Mapping[str, Any], codes: Sequence[str]) -> bool:
    """Whether a feature has a code of Scotland or Northern Ireland."""
    return any(_ABROAD.fullmatch(str(properties.get(header))) for header in codes)


def _features(path: Path) -> Iterator[dict[str, Any]]:
    """The features of a collection, one by one; raises as `feature_rows` where it is none."""
    try:
        with path.open("rb") as file:
            encoding = json.detect_encoding(file.read(4))
        with path.open(encoding=encoding) as file:
            document = _Document(file)
            for feature in document.items("features"):
                if not (isinstance(feature["properties"], dict) and GEOMETRY in feature):
                    raise TypeError("no feature")
                # Of a geometry that is said by feature (D24).
                json.dumps(feature["properties"], allow_nan=False)
                if any(isinstance(value, str) and "\0" in value for value in feature["properties"].values()):
                    raise ValueError("a zero byte, at which other programs end the text")
                yield feature
    except (ValueError, KeyError, TypeError):
        raise UnreadableError(fault("D10", detail="it is not a GeoJSON collection of features")) from None
    if not _is_in_degrees(document.members):
        detail = "it says that its coordinates are in another reference system than WGS84 (EPSG:4326)"
        raise UnreadableError(fault("D10", detail=detail))


class _Document:
    """A JSON object that is read piece by piece.

    Attributes:
        members: those besides the one whose items are read, once these have been.
    """

    def __init__(self, file: TextIO) -> None:
        self.members: dict[str, Any] = {}
        self._file, self._text, self._place = file, "", 0
        self._decoder = json.JSONDecoder(object_pairs_hook=unique)

    def items(self, name: str) -> Iterator[Any]:
        """The items of the list of this name.

        Raises:
            ValueError: it is not JSON.
            KeyError: it has no such member.
            UnreadableError: a name occurs twice in an object (D06).
        """
        self._take("{")
        pairs: list[tuple[str, Any]] = []
        while True:
            key = self._value()
            self._take(":")
            if key == name:
                yield from self._listed()
            pairs.append((key, None if key == name else self._value()))
            if self._take(",}") == "}":
                break
        self.members = unique(pairs)
        if self._next():
            raise ValueError("more than one value")
        if name not in self.members:
            raise KeyError(name)

    def _listed(self) -> Iterator[Any]:
        self._take("[")
        if self._next() == "]":
            self._place += 1
            return
        while True:
            yield self._value()
            if self._take(",]") == "]":
                return

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            if end < len(self._text) or not self._more():  # a number at the end may go on
                self._place = end
                return value

    def _take(self, signs: str) -> str:
        sign = self._next()
        if not sign or sign not in signs:
            raise ValueError(f"{signs} expected")
        self._place += 1
        return sign

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            self._place = _BLANKS.match(self._text, self._place).end()  # type: ignore[union-attr]
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on; twice as much each time, so that a long value is not tried again too often."""
        left = self._text[self._place :]
        piece = self._file.read(max(PIECE, len(left)))
        self._text, self._place = left + piece, 0
        return bool(piece)


def _is_in_degrees(document: Mapping[str, Any]) -> bool:
    """Whether a collection names no reference system, or WGS84."""
    system = document.get("crs")
    properties = system.get("properties") if isinstance(system, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return system is None or (isinstance(name, str) and _DEGREES.search(name) is not None)


def code_headers(contract: FeedContract) -> list[str]:
    """The headers of published codes, by one of which the sender of a feature finds it."""
    published = (column for column in contract.columns if column.required and column.classification == "public")
    return [label for column in published for label in (column.header, *column.aliases)]


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
