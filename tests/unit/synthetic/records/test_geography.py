"""The map of a county that does not exist."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic.records.geography import DISTRICTS, HOT_STREETS, SNAP_POINTS, lsoas, snap_points, tile, wards
from synthetic.records.targets import labels, place_counts


@pytest.fixture(scope="module")
def areas():
    return lsoas(np.random.default_rng(1))


@given(st.integers(1, 60), st.integers(1, 40), st.integers(1, 40))
def test_tiles_cover_a_box_in_equal_parts(parts, width, height):
    boxes = np.array(tile((10, 20, 10 + width, 20 + height), parts))
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert len(boxes) == parts
    assert sizes == pytest.approx(np.full(parts, width * height / parts))
    assert (boxes[:, :2] >= [10, 20]).all()
    assert boxes[:, 2].max() == pytest.approx(10 + width)
    assert boxes[:, 3].max() == pytest.approx(20 + height)


def test_districts_are_those_of_the_report_and_do_not_overlap(areas):
    assert list(DISTRICTS) == labels("T06")[:9]
    boxes = [box for box, _ in DISTRICTS.values()]
    for number, (west, south, east, north) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert east <= other[0] or other[2] <= west or north <= other[1] or other[3] <= south


def test_as_many_areas_as_there_are(areas):
    assert areas.groupby("district_name", sort=False)["code"].nunique().tolist() == [78, 48, 69, 151, 43, 73, 59, 63, 58]
    assert areas["code"].is_unique
    assert areas["code"].str.fullmatch(r"E0199\d{4}").all()
    assert len(wards(areas)) == 176
    assert areas["ward_code"].str.fullmatch(r"E0599\d{4}").all()


def test_places_of_the_archive_are_in_their_area(areas):
    points = snap_points(np.random.default_rng(3), areas)
    at = areas.iloc[points["lsoa"]].reset_index(drop=True)
    assert points["easting"].between(at["west"], at["east"]).all()
    assert points["northing"].between(at["south"], at["north"]).all()
    assert not points.groupby(at["ward_code"])["street"].agg(lambda names: names.duplicated().any()).any()
    for ward, streets in HOT_STREETS.items():
        assert points[(at["ward_name"] == ward).to_numpy()]["street"].head(SNAP_POINTS).tolist()[: len(streets)] == list(streets)


def test_residents_are_those_of_the_report(areas):
    wards = areas.groupby("ward_name")["population"].sum()
    named = place_counts("T26", "SV totals per population: Total pop")
    assert len(named) == 15
    assert {name: wards[name] for name in named} == named
    assert areas.groupby("district_name")["population"].sum().to_dict() == place_counts("T37", "Population")
    assert areas["population"].sum() == 1_056_000
    assert areas["population"].between(1000, 3500).all()
