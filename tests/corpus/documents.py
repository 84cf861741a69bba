"""JSON, GeoJSON and YAML: nesting, surrogates, keys that are there twice, tags, anchors, and boundaries that cannot be."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.corpus.case import REFUSED, Case, Outcome, content
from tests.corpus.valid import geojson, interventions, square, wards, yaml_text

Change = Callable[[dict[str, Any]], object]
EITHER: tuple[Outcome, ...] = ("refused", "accepted")
WARDS, REGISTER = "ons/ward_boundaries", "vru/interventions"


def cases() -> Iterator[Case]:
    for name, (change, right) in _GEOMETRY.items():
        yield _wards(f"geometry: {name}", lambda change=change: _changed(change), right)
    for name, (made, right) in _JSON.items():
        yield _wards(f"text: {name}", made, right)
    for name, (made, right) in _YAML.items():
        yield Case(
            "YAML",
            name,
            REGISTER,
            "2024-25.yaml",
            content(lambda made=made: _bytes(made())),
            right,
            cheap="megabytes" not in name,
        )


def _wards(name: str, made: Callable[[], str | bytes], right: tuple[Outcome, ...]) -> Case:
    make = content(lambda: _bytes(made()))
    return Case("GeoJSON", name, WARDS, "2025-E07000032.geojson", make, right, cheap="megabytes" not in name)


def _bytes(made: str | bytes) -> bytes:
    return made if isinstance(made, bytes) else made.encode()


def _changed(change: Change) -> str:
    document = copy.deepcopy(wards())
    change(document["features"][1])
    return json.dumps(document)


def _shape(kind: str, coordinates: Any) -> Change:
    return lambda feature: feature.update(geometry={"type": kind, "coordinates": coordinates})


def _ring(*points: tuple[float, float]) -> Change:
    return _shape("Polygon", [[list(point) for point in points]])


def _property(**values: Any) -> Change:
    return lambda feature: feature["properties"].update(values)


_HERE = square(-1.4, 53.0)
_GEOMETRY: dict[str, tuple[Change, tuple[Outcome, ...]]] = {
    "null": (lambda f: f.update(geometry=None), REFUSED),
    "missing": (lambda f: f.pop("geometry"), REFUSED),
    "a text": (lambda f: f.update(geometry="POLYGON((0 0,1 0,1 1,0 0))"), REFUSED),
    "a list": (lambda f: f.update(geometry=[]), REFUSED),
    "an empty object": (lambda f: f.update(geometry={}), REFUSED),
    "unknown type": (_shape("Hexagon", [_HERE]), REFUSED),
    "no type": (lambda f: f["geometry"].pop("type"), REFUSED),
    "no coordinates": (lambda f: f["geometry"].pop("coordinates"), REFUSED),
    "no ring": (_shape("Polygon", []), REFUSED),
    "empty ring": (_shape("Polygon", [[]]), REFUSED),
    "a point": (_shape("Point", [-1.4, 53.0]), REFUSED),
    "a line": (_shape("LineString", _HERE), REFUSED),
    "empty MultiPolygon": (_shape("MultiPolygon", []), REFUSED),
    "a collection": (lambda f: f.update(geometry={"type": "GeometryCollection", "geometries": []}), REFUSED),
    "ring not closed": (_shape("Polygon", [_HERE[:-1]]), REFUSED),
    "ring of two points": (_ring((-1.4, 53.0), (-1.4, 53.0)), REFUSED),
    "ring of three points": (_ring((-1.4, 53.0), (-1.3, 53.0), (-1.4, 53.0)), REFUSED),
    "no area": (_ring((-1.4, 53.0), (-1.3, 53.0), (-1.35, 53.0), (-1.4, 53.0)), REFUSED),
    "crosses itself": (_ring((-1.4, 53.0), (-1.3, 53.1), (-1.3, 53.0), (-1.4, 53.1), (-1.4, 53.0)), REFUSED),
    "hole outside": (_shape("Polygon", [_HERE, square(-0.5, 52.0)]), REFUSED),
    "latitude first": (_shape("Polygon", [[[y, x] for x, y in _HERE]]), REFUSED),
    "metres of the national grid": (
        _shape("Polygon", [[[430000 + n, 340000 + m] for n, m in ((0, 0), (9, 0), (9, 9), (0, 0))]]),
        REFUSED,
    ),
    "another country": (_shape("Polygon", [square(13.4, 52.5)]), REFUSED),
    "null island": (_shape("Polygon", [square(0.0, 0.0)]), REFUSED),
    "past the pole": (_shape("Polygon", [square(-1.4, 95.0)]), REFUSED),
    "coordinates as text": (_shape("Polygon", [[[str(x), str(y)] for x, y in _HERE]]), REFUSED),
    "coordinates null": (_shape("Polygon", [[[None, None] for _ in _HERE]]), REFUSED),
    "one number a point": (_shape("Polygon", [[[x] for x, _ in _HERE]]), REFUSED),
    "a point of no numbers": (_shape("Polygon", [[*_HERE[:2], [], *_HERE[2:]]]), REFUSED),
    "true for a number": (_shape("Polygon", [[[True, False] for _ in _HERE]]), REFUSED),
    "not a number": (_shape("Polygon", [[*_HERE[:2], [float("nan"), 53.0], *_HERE[2:]]]), REFUSED),
    "infinite": (_shape("Polygon", [[*_HERE[:2], [float("inf"), 53.0], *_HERE[2:]]]), REFUSED),
    "enormous": (_shape("Polygon", [[*_HERE[:2], [1e308, 53.0], *_HERE[2:]]]), REFUSED),
    "nested once too little": (_shape("Polygon", _HERE), REFUSED),
    "nested once too much": (_shape("Polygon", [[_HERE]]), REFUSED),
    "far from its own centre": (_shape("Polygon", [square(-3.5, 54.5)]), EITHER),
    "height": (_shape("Polygon", [[[x, y, 100.0] for x, y in _HERE]]), EITHER),
    "no properties": (lambda f: f.pop("properties"), REFUSED),
    "properties null": (lambda f: f.update(properties=None), REFUSED),
    "properties a list": (lambda f: f.update(properties=[1]), REFUSED),
    "type of the feature missing": (lambda f: f.pop("type"), EITHER),
    "code missing": (lambda f: f["properties"].pop("WD25CD"), REFUSED),
    "code of another kind": (_property(WD25CD="ward 2"), REFUSED),
    "code a number": (_property(WD25CD=5990002), REFUSED),
    "code an object": (_property(WD25CD={"a": 1}), REFUSED),
    "code a list": (_property(WD25CD=["E05990002"]), REFUSED),
    "code twice": (_property(WD25CD="E05990001"), REFUSED),
    "name null": (_property(WD25NM=None), REFUSED),
    "name a list": (_property(WD25NM=["a", "b"]), EITHER),
    "district of another file": (_property(LAD25CD="E07000033"), REFUSED),
    "longitude a text": (_property(LONG="west"), REFUSED),
    "longitude out of range": (_property(LONG=151.2), REFUSED),
    "latitude true": (_property(LAT=True), REFUSED),
    "latitude infinite": (_property(LAT=float("inf")), REFUSED),
}

_GOOD = geojson
_JSON: dict[str, tuple[Callable[[], str | bytes], tuple[Outcome, ...]]] = {
    "nested a thousand deep": (lambda: _nested(1_000), REFUSED),
    "nested ten thousand deep": (lambda: _nested(10_000), REFUSED),
    "nested a million deep": (lambda: "[" * 1_000_000, REFUSED),
    "objects nested ten thousand deep": (lambda: '{"a":' * 10_000 + "1" + "}" * 10_000, REFUSED),
    "property nested ten thousand deep": (lambda: _GOOD().replace('"FID": 2', '"FID": ' + "[" * 10_000 + "]" * 10_000), REFUSED),
    "lone surrogate": (lambda: _GOOD().replace("Ward 02", "Ward \\ud800"), REFUSED),
    "lone surrogate, low": (lambda: _GOOD().replace("Ward 02", "Ward \\udc00"), REFUSED),
    "lone surrogate in a key": (lambda: _GOOD().replace('"FID": 2', '"\\ud800": 2'), REFUSED),
    "surrogates the wrong way round": (lambda: _GOOD().replace("Ward 02", "Ward \\udc00\\ud800"), REFUSED),
    "surrogate as bytes": (lambda: _GOOD().encode().replace(b"Ward 02", b"Ward \xed\xa0\x80"), REFUSED),
    "bytes that are no UTF-8": (lambda: _GOOD().encode().replace(b"Ward 02", b"Ward \xff\xfe"), REFUSED),
    "NUL in a text": (lambda: _GOOD().replace("Ward 02", "Ward \\u0000"), REFUSED),
    "key twice": (lambda: _GOOD().replace('"WD25CD": "E05990002"', '"WD25CD": "E05990009", "WD25CD": "E05990002"'), REFUSED),
    "key twice, of the collection": (lambda: _GOOD().replace('"features"', '"features": [], "features"'), REFUSED),
    "key twice, of a geometry": (lambda: _GOOD().replace('"geometry": {', '"geometry": null, "geometry": {', 1), REFUSED),
    "NaN": (lambda: _GOOD().replace('"LAT": 53.01', '"LAT": NaN', 1), REFUSED),
    "Infinity": (lambda: _GOOD().replace('"LAT": 53.01', '"LAT": -Infinity', 1), REFUSED),
    "number of five thousand digits": (lambda: _GOOD().replace('"FID": 2', '"FID": ' + "9" * 5_000), REFUSED),
    "longitude of five thousand digits": (lambda: _GOOD().replace('"LAT": 53.01', '"LAT": ' + "9" * 5_000, 1), REFUSED),
    "exponent of nine digits": (lambda: _GOOD().replace('"LAT": 53.01', '"LAT": 1e999999999', 1), REFUSED),
    "cut off": (lambda: _GOOD()[:900], REFUSED),
    "no bytes": (lambda: b"", REFUSED),
    "a number": (lambda: "42", REFUSED),
    "null": (lambda: "null", REFUSED),
    "a text": (lambda: '"FeatureCollection"', REFUSED),
    "an empty list": (lambda: "[]", REFUSED),
    "no features": (lambda: '{"type": "FeatureCollection", "features": []}', REFUSED),
    "features null": (lambda: '{"type": "FeatureCollection", "features": null}', REFUSED),
    "features an object": (lambda: '{"type": "FeatureCollection", "features": {"a": 1}}', REFUSED),
    "features of numbers": (lambda: '{"type": "FeatureCollection", "features": [1, 2]}', REFUSED),
    "features of nulls": (lambda: '{"type": "FeatureCollection", "features": [null]}', REFUSED),
    "features that are missing": (lambda: '{"type": "FeatureCollection"}', REFUSED),
    "one feature alone": (lambda: json.dumps(wards()["features"][0]), EITHER),
    "TopoJSON": (lambda: '{"type": "Topology", "objects": {}, "arcs": []}', REFUSED),
    "lines of JSON": (lambda: "\n".join(json.dumps(f) for f in wards()["features"]), REFUSED),
    "two documents": (lambda: _GOOD() + _GOOD(), REFUSED),
    "comment": (lambda: "// wards\n" + _GOOD(), REFUSED),
    "comma behind the last": (lambda: _GOOD()[:-2] + ",]}", REFUSED),
    "single quotation marks": (lambda: _GOOD().replace('"', "'"), REFUSED),
    "tab in a text": (lambda: _GOOD().replace("Ward 02", "Ward\t02"), REFUSED),
    "web page": (lambda: "<html><body>503</body></html>", REFUSED),
    "byte-order mark": (lambda: b"\xef\xbb\xbf" + _GOOD().encode(), EITHER),
    "UTF-16": (lambda: _GOOD().encode("utf-16"), EITHER),
    "a name of thirty megabytes": (lambda: _GOOD().replace("Ward 02", "x" * 30_000_000), REFUSED),
    "two million points, sixty megabytes": (lambda: _points(2_000_000), REFUSED),
    "another reference system": (
        lambda: _GOOD().replace(
            '"name": "E07000032",',
            '"name": "E07000032", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},',
        ),
        REFUSED,
    ),
}


def _nested(depth: int) -> str:
    return '{"type": "FeatureCollection", "features": ' + "[" * depth + "]" * depth + "}"


def _points(count: int) -> str:
    ring = ",".join("[-1.40000,53.0000]" for _ in range(count))
    return (
        geojson().replace("[[[-1.4,", f"[[{ring},[-1.4,", 1)
        if "[[[-1.4," in geojson()
        else f'{{"type":"FeatureCollection","features":[{ring}]}}'
    )


def _record(**changes: Any) -> Callable[[], str]:
    first, second = interventions()
    return lambda: yaml_text([first, {**second, **{name.replace("_", " "): value for name, value in changes.items()}}])


def _bomb(levels: int, width: int = 9) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join([*lines, f"interventions: *a{levels - 1}"]) + "\n"


_YAML: dict[str, tuple[Callable[[], str | bytes], tuple[Outcome, ...]]] = {
    "anchors that grow, 6 levels": (lambda: _bomb(6), REFUSED),
    "anchors that grow, 9 levels": (lambda: _bomb(9), REFUSED),
    "anchors that grow, 30 levels": (lambda: _bomb(30, 2), REFUSED),
    "anchors in mappings that grow": (
        lambda: (
            "a: &a {x: 1}\n"
            + "".join(
                f"b{n}: &b{n} {{p: *{'a' if not n else f'b{n - 1}'}, q: *{'a' if not n else f'b{n - 1}'}}}\n" for n in range(40)
            )
            + "interventions: [*b39]\n"
        ),
        REFUSED,
    ),
    "anchor within itself": (lambda: "interventions: &a [*a]\n", REFUSED),
    "anchor within itself, a mapping": (lambda: "interventions:\n  - &a\n    Reference: *a\n", REFUSED),
    "merge key within itself": (lambda: "interventions:\n  - &a\n    <<: *a\n    Reference: x\n", REFUSED),
    "merge keys that grow": (
        lambda: (
            "a0: &a0 {k: 1}\n"
            + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 9))
            + "interventions: [*a8]\n"
        ),
        REFUSED,
    ),
    "anchor that is not there": (lambda: "interventions: [*nobody]\n", REFUSED),
    "tag of Python": (lambda: "interventions: !!python/object/apply:os.system ['true']\n", REFUSED),
    "tag of a module": (lambda: "interventions: !!python/module:os\n", REFUSED),
    "tag of a name": (lambda: "interventions: !!python/name:os.system\n", REFUSED),
    "tag of Ruby": (lambda: "interventions: !ruby/object:Gem::Installer {}\n", REFUSED),
    "tag of one's own": (lambda: "interventions: !secret x\n", REFUSED),
    "tag of bytes": (_record(Provider="!!binary gIGC"), REFUSED),
    "tag of a set": (lambda: "interventions: !!set {a, b}\n", REFUSED),
    "key twice": (
        lambda: yaml_text().replace("    Provider: A charity\n", "    Provider: A charity\n    Provider: Another\n", 1),
        REFUSED,
    ),
    "key twice, the reference": (lambda: yaml_text().replace("    Provider:", "    Reference: VRU-9\n    Provider:", 1), REFUSED),
    "list of records twice": (lambda: yaml_text() + yaml_text(), REFUSED),
    "reference twice": (_record(Reference="VRU-2024-25-01"), REFUSED),
    "lone surrogate": (lambda: yaml_text().replace("A charity", '"A \\ud800 charity"', 1), REFUSED),
    "surrogate as bytes": (lambda: yaml_text().encode().replace(b"A charity", b"A \xed\xa0\x80", 1), REFUSED),
    "bytes that are no UTF-8": (lambda: yaml_text().encode().replace(b"A charity", b"A \xff charity", 1), EITHER),
    "NUL": (lambda: yaml_text().replace("A charity", '"A \\0 charity"', 1), REFUSED),
    "control characters": (lambda: yaml_text().encode().replace(b"A charity", b"A \x07 charity", 1), REFUSED),
    "nested a thousand deep": (lambda: "interventions: " + "[" * 1_000 + "]" * 1_000, REFUSED),
    "nested ten thousand deep": (lambda: "interventions: " + "[" * 10_000 + "]" * 10_000, REFUSED),
    "mappings nested ten thousand deep": (lambda: "interventions: " + "{a: " * 10_000 + "}" * 10_000, REFUSED),
    "indented ten thousand deep": (lambda: "interventions:\n" + "".join(" " * n + "-\n" for n in range(1, 3_000)), REFUSED),
    "two documents": (lambda: yaml_text() + "---\n" + yaml_text(), REFUSED),
    "no bytes": (lambda: b"", REFUSED),
    "comment alone": (lambda: "# nothing yet\n", REFUSED),
    "null": (lambda: "null\n", REFUSED),
    "a text": (lambda: "interventions\n", REFUSED),
    "a number": (lambda: "42\n", REFUSED),
    "no record": (lambda: "interventions: []\n", REFUSED),
    "records null": (lambda: "interventions: null\n", REFUSED),
    "records of texts": (lambda: "interventions: [a, b]\n", REFUSED),
    "records of nulls": (lambda: "interventions: [null, null]\n", REFUSED),
    "records of lists": (lambda: "interventions: [[1, 2]]\n", REFUSED),
    "key that is a list": (lambda: yaml_text().replace("    Provider:", "    ? [a, b]\n    : x\n    Provider:", 1), REFUSED),
    "key that is a number": (lambda: yaml_text().replace("    Provider:", "    7: x\n    Provider:", 1), REFUSED),
    "key that is null": (lambda: yaml_text().replace("    Provider:", "    ~: x\n    Provider:", 1), REFUSED),
    "tab for indentation": (lambda: yaml_text().replace("    Provider", "\tProvider", 1), REFUSED),
    "quotation mark never closed": (lambda: yaml_text().replace("A charity", '"A charity', 1), REFUSED),
    "cut off": (lambda: yaml_text()[:250], REFUSED),
    "merge conflict": (lambda: "<<<<<<< HEAD\n" + yaml_text() + "=======\n>>>>>>> x\n", REFUSED),
    "colon in a text": (_record(Provider="Charity: one"), REFUSED),
    "aim missing": (lambda: yaml_text([{n: v for n, v in r.items() if n != "Aim"} for r in interventions()]), REFUSED),
    "aim an object": (_record(Aim="{a: 1}"), REFUSED),
    "aim a list of lists": (_record(Aim="[[a], [b]]"), REFUSED),
    "unknown key": (_record(Manager="x"), REFUSED),
    "age a text": (_record(Age_from="ten"), REFUSED),
    "age below nought": (_record(Age_from=-3), REFUSED),
    "age of five thousand digits": (_record(Age_from="9" * 5_000), REFUSED),
    "age in octal": (_record(Age_from="0o12"), EITHER),
    "age as minutes": (_record(Age_from="1:30"), REFUSED),
    "age not a number": (_record(Age_from=".nan"), REFUSED),
    "age infinite": (_record(Age_from=".inf"), REFUSED),
    "age true": (_record(Age_from="true"), REFUSED),
    "date that there is not": (_record(Start_date="2024-02-31"), REFUSED),
    "date in words": (_record(Start_date="early 2025"), REFUSED),
    "date of the year nought": (_record(Start_date="0000-01-01"), REFUSED),
    "dates the wrong way round": (_record(Start_date="2025-03-01", End_date="2024-03-01"), REFUSED),
    "district unknown": (_record(Districts=["Atlantis"]), REFUSED),
    "year of another form": (_record(Financial_year="24/25"), REFUSED),
    "text of thirty megabytes": (_record(Aim="x" * 30_000_000), REFUSED),
    "a million records, thirty megabytes": (lambda: "interventions:\n" + "  - Reference: x\n" * 1_000_000, REFUSED),
    "a text that YAML takes for no": (_record(Intervention="no"), ("accepted",)),
    "a text that YAML takes for a number": (_record(Intervention="1_000"), ("accepted",)),
    "a text that YAML takes for a date": (_record(Dates_as_stated="2024-11-11"), ("accepted",)),
}
