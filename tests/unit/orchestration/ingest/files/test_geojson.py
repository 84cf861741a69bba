"""Boundaries: a geometry that is no area on the map refuses its file, and the message names the feature and what is wrong."""

from __future__ import annotations

import json
import math
import tracemalloc

import pytest

from orchestration.ingest.files import geojson
from orchestration.ingest.files.geojson import problem
from orchestration.ingest.recognition.recognition import deliver
from tests.unit.orchestration.ingest.conftest import CONTRACTS, codes, parquet

SQUARE = [[-1.5, 52.9], [-1.4, 52.9], [-1.4, 53.0], [-1.5, 53.0], [-1.5, 52.9]]
HOLE = [[-1.46, 52.94], [-1.44, 52.94], [-1.44, 52.96], [-1.46, 52.96], [-1.46, 52.94]]
GRID = [[435000, 335000], [436000, 335000], [436000, 336000], [435000, 336000], [435000, 335000]]


def polygon(*rings: list) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def moved(east: float, north: float) -> list[list[float]]:
    return [[x + east, y + north] for x, y in SQUARE]


@pytest.mark.parametrize(
    "geometry",
    [
        polygon(SQUARE),
        polygon(SQUARE, HOLE),
        polygon([[*position, 12.5] for position in SQUARE]),  # with heights
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [moved(0.2, 0)]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]},  # one within the other, as in generalised boundaries
        polygon(moved(-4.85, -3.0)),  # the Isles of Scilly
        polygon(moved(-0.5, 2.85)),  # Berwick-upon-Tweed
        polygon(moved(3.2, -0.5)),  # Lowestoft
    ],
)
def test_a_valid_area_of_england_or_wales(geometry):
    assert problem(geometry) is None


WRONG = {
    "null": (None, "no geometry"),
    "a point": ({"type": "Point", "coordinates": [-1.5, 52.9]}, "it is a Point"),
    "a line": ({"type": "LineString", "coordinates": SQUARE}, "it is a LineString"),
    "a text": ("POLYGON ((0 0))", "not a Polygon"),
    "an unknown type": ({"type": "Circle", "coordinates": SQUARE}, "not a Polygon"),
    "a type that is a list": ({"type": ["Polygon"], "coordinates": [SQUARE]}, "not a Polygon"),
    "no coordinates": ({"type": "Polygon"}, "no coordinates"),
    "no ring": (polygon(), "no coordinates"),
    "an empty ring": (polygon([]), "not lists of two or three numbers"),
    "a number for a ring": (polygon(3), "not lists of two or three numbers"),
    "texts for numbers": (polygon([[str(x), str(y)] for x, y in SQUARE]), "not lists of two or three numbers"),
    "one number": (polygon([[x] for x, _ in SQUARE]), "not lists of two or three numbers"),
    "a position cut short": (polygon([*SQUARE[:2], [-1.4], *SQUARE[3:]]), "not lists of two or three numbers"),
    "a position that is null": (polygon([*SQUARE[:2], None, *SQUARE[3:]]), "not lists of two or three numbers"),
    "not a number": (polygon([SQUARE[0], [math.nan, 52.9], *SQUARE[2:]]), "not a finite number"),
    "infinite": (polygon([SQUARE[0], [math.inf, 52.9], *SQUARE[2:]]), "not a finite number"),
    "unclosed": (polygon(SQUARE[:-1]), "not closed"),
    "an unclosed hole": (polygon(SQUARE, HOLE[:-1]), "not closed"),
    "three positions": (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), "not closed"),
    "swapped": (polygon([[y, x] for x, y in SQUARE]), "swapped"),
    "swapped in one part": ({"type": "MultiPolygon", "coordinates": [[[[y, x] for x, y in SQUARE]]]}, "swapped"),
    "metres of the national grid": (polygon(GRID), "British National Grid"),
    "web mercator": (polygon([[x * 111_000, y * 130_000] for x, y in SQUARE]), "not degrees"),
    "France": (polygon(moved(4.0, -4.0)), "outside England and Wales"),
    "the sea off Africa": (polygon(moved(1.5, -52.9)), "outside England and Wales"),
    "a bow-tie": (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "self-intersection"),
    "a hole outside": (polygon(SQUARE, moved(0.3, 0)), "hole lies outside shell"),
    "no area": (polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]), "not a valid area"),
}


@pytest.mark.parametrize(("geometry", "said"), WRONG.values(), ids=list(WRONG))
def test_a_geometry_that_is_no_area(geometry, said):
    assert said in str(problem(geometry))


def ward(number: int, geometry: object) -> dict:
    names = {"WD25CD": f"E0500000{number}", "WD25NM": "Ward", "LAD25CD": "E07000032", "LAD25NM": "Amber Valley"}
    return {"type": "Feature", "properties": {**names, "LONG": -1.45, "LAT": 52.95}, "geometry": geometry}


def collection(*features: dict) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


@pytest.mark.parametrize(("geometry", "said"), WRONG.values(), ids=list(WRONG))
def test_d24_one_wrong_geometry_refuses_the_file_and_is_named(desk, geometry, said):
    content = collection(ward(1, polygon(SQUARE)), ward(2, geometry), ward(3, polygon(SQUARE)))
    record = desk.land("ward_boundaries", content, "2025-E07000032.geojson")
    (fault,) = record.faults
    assert (record.verdict, record.rows_delivered, record.rows_accepted) == ("refused", 3, 0)
    assert (fault.code, fault.column_name, fault.rows, fault.first_rows) == ("D24", "geometry", 1, (2,))
    assert "feature 2 (WD25CD E05000002)" in fault.message and said in fault.message


def test_good_boundaries_land(desk):
    content = collection(ward(1, polygon(SQUARE)), ward(2, polygon(SQUARE, HOLE)))
    record = desk.land("ward_boundaries", content, "2025-E07000032.geojson")
    assert (record.verdict, record.rows_accepted, record.faults) == ("accepted", 2, ())


DEEP = '{"type": "FeatureCollection", "features": [{"properties": {}, "geometry": %s}]}' % ("[" * 10_000 + "]" * 10_000)
BROKEN = {
    "nested deep": DEEP,
    "nested deep in a property": DEEP.replace('"properties": {}', '"properties": {"a": %s}' % ("[" * 5_000 + "]" * 5_000)),
    "half a character in a value": collection(ward(1, polygon(SQUARE))).replace('"Ward"', '"\\ud800Ward"'),
    "half a character in a name": collection(ward(1, polygon(SQUARE))).replace('"WD25NM"', '"\\udfffWD25NM"'),
    "a zero byte": collection(ward(1, polygon(SQUARE))).replace('"Ward"', '"Ward\\u0000"'),
    "a feature without properties": '{"type": "FeatureCollection", "features": [{"geometry": null}]}',
    "a feature without a geometry": '{"type": "FeatureCollection", "features": [{"properties": {}}]}',
    "cut off": collection(ward(1, polygon(SQUARE)))[:-40],
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=list(BROKEN))
def test_d10_what_is_no_collection_of_features(desk, content):
    record = desk.land("ward_boundaries", content, "2025-E07000032.geojson")
    assert (record.verdict, codes(record)) == ("refused", ["D10"])


def with_system(name):
    return json.dumps({**json.loads(collection(ward(1, polygon(SQUARE)))), "crs": {"type": "name", "properties": {"name": name}}})


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "epsg:4326"])
def test_a_file_may_say_that_it_is_in_degrees(desk, name):
    assert desk.land("ward_boundaries", with_system(name), "2025-E07000032.geojson").verdict == "accepted"


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::27700", "EPSG:27700", "EPSG:14326", "OSGB36", None, 4326])
def test_d10_a_file_that_says_it_is_in_another_reference_system(desk, name):
    record = desk.land("ward_boundaries", with_system(name), "2025-E07000032.geojson")
    assert (record.verdict, codes(record)) == ("refused", ["D10"])
    assert "another reference system than WGS84" in record.faults[0].message


def test_d06_a_property_that_is_named_twice(desk):
    content = collection(ward(1, polygon(SQUARE))).replace('"WD25NM"', '"WD25CD": "E05000009", "WD25NM"')
    record = desk.land("ward_boundaries", content, "2025-E07000032.geojson")
    assert [(fault.code, fault.column_name) for fault in record.faults] == [("D06", "WD25CD")]


@pytest.mark.parametrize("name", ["Wards_December_2024_Boundaries_UK_BSC.geojson", "WD_DEC_2024_UK_BGC_1234.geojson"])
def test_a_file_of_the_united_kingdom_lands_what_is_of_england_and_wales(desk, tmp_path, name):
    of_2024 = [
        {**each, "properties": {key.replace("25", "24"): value for key, value in each["properties"].items()}}
        for each in (ward(1, polygon(SQUARE)), ward(2, polygon(SQUARE)), ward(3, polygon(moved(-2, 4))))
    ]
    of_2024[1]["properties"]["LAD24CD"] = "W06000011"
    of_2024[2]["properties"] |= {"WD24CD": "S13000003", "LAD24CD": "S12000033"}
    path = tmp_path / name
    path.write_text(collection(*of_2024))
    contract = CONTRACTS["ward_boundaries"]
    receipt = deliver(path, desk.raw, {contract.id: contract})
    assert (receipt.outcome, receipt.target_name) == ("delivered", "ons/ward_boundaries/2025-UK.geojson"), receipt.reason
    (record,) = desk.load("ward_boundaries")
    assert (record.verdict, record.rows_accepted) == ("accepted", 2), record.faults
    assert [row["district_code"] for row in parquet(record.accepted)] == ["E07000032", "W06000011"]


def test_a_nation_is_read_in_pieces_and_needs_no_more_memory_than_one(tmp_path, monkeypatch):
    features = [ward(number, polygon(SQUARE)) for number in range(3_000)]
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"features": features, "type": "FeatureCollection", "name": "añb"}, indent=1, ensure_ascii=False))
    whole = [list(features[0]["properties"]), *(list(each["properties"].values()) for each in features)]
    monkeypatch.setattr(geojson, "PIECE", 1_000)
    tracemalloc.start()
    count = sum(1 for _ in geojson.feature_rows(path))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 3_001 and most < path.stat().st_size / 5
    for piece in (7, 1_000, 10_000_000):
        monkeypatch.setattr(geojson, "PIECE", piece)
        assert [row[:-1] for row in geojson.feature_rows(path)] == whole
