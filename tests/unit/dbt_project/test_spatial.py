"""Clusters, neighbours and smoothed rates against PySAL's own worked examples and against maps drawn by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import spatial

from tests.conftest import REAL_DATA

BOUNDARIES = REAL_DATA / "ons_geography" / "boundaries" / "lsoa"


def of_library(weights):
    """Positions of the neighbours in a weights object of libpysal."""
    position = {place: number for number, place in enumerate(weights.id_order)}
    pairs = [(position[place], position[other]) for place in weights.id_order for other in weights.neighbors[place]]
    return spatial.graph(weights.n, *np.array(pairs).T)


def example(name):
    import libpysal

    return libpysal.io.open(libpysal.examples.get_path(name))


def test_getis_ord_is_that_of_the_worked_example():
    # esda.getisord.G_Local, "local G* test using a binary weights object".
    import libpysal

    points = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
    weights = of_library(libpysal.weights.DistanceBand(points, threshold=15))
    found = spatial.getis_ord(np.array([2, 3, 3.2, 5, 8, 7]), weights)
    assert found["z_score"].tolist() == pytest.approx(
        [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], abs=1e-8
    )
    # By hand: two-sided normal p, and the smallest of six times six.
    assert found["p_value"][5] == pytest.approx(0.042945, abs=1e-6)
    assert found["q_value"][5] == pytest.approx(6 * 0.042945, abs=1e-5)


def test_getis_ord_by_hand():
    """Four in a row with 0, 0, 0 and 4: mean 1, variance 3. The last has one neighbour: (4 - 2) / sqrt(3 (4 * 2 - 4) / 3)."""
    row = spatial.graph(4, np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]))
    assert spatial.getis_ord(np.array([0, 0, 0, 4]), row)["z_score"][3] == pytest.approx(1.0)
    assert spatial.getis_ord(np.array([2, 2, 2, 2]), row)["q_value"].isna().all()


@pytest.mark.parametrize(
    ("weights", "table", "column", "i", "p_norm"),
    # esda.moran.Moran, both examples.
    [("stl.gal", "stl_hom.txt", "HR8893", 0.244, 0.00027), ("sids2.gal", "sids2.dbf", "SIDR74", 0.248, 0.00012)],
)
def test_moran_is_that_of_the_worked_examples(weights, table, column, i, p_norm):
    found = spatial.moran(np.array(example(table).by_col[column]), of_library(example(weights).read()))
    assert found["i"] == pytest.approx(i, abs=0.0005)
    # No permutation of 999 is expected to reach what has so small a p.
    assert found["p_value"] <= 0.005
    assert found == spatial.moran(np.array(example(table).by_col[column]), of_library(example(weights).read()))


def test_moran_of_a_chessboard_and_of_two_halves():
    side = 6
    east, north = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    beside = np.abs(east[:, None] - east) + np.abs(north[:, None] - north) == 1
    rook = spatial.graph(side * side, *np.nonzero(beside))
    assert spatial.moran(((east + north) % 2).astype(float), rook)["i"] == pytest.approx(-1)
    halves = spatial.moran((east < 3).astype(float), rook)
    assert halves["i"] > 0.8
    assert halves["p_value"] == pytest.approx(1 / (spatial.PERMUTATIONS + 1))
    assert np.isnan(spatial.moran(np.ones(side * side), rook)["i"])


def test_a_place_without_neighbours_keeps_its_place_in_the_order():
    weights = spatial.graph(3, np.array([2, 0]), np.array([0, 2]))
    assert weights.unique_ids.tolist() == [0, 1, 2]
    assert weights.isolates.tolist() == [1]


def test_empirical_bayes_is_that_of_the_worked_example():
    # esda.smoothing.Empirical_Bayes: homicides in the counties around St Louis.
    table = example("stl_hom.csv")
    events, people = np.array(table[:, 10]), np.array(table[:, 13]).astype(float)
    assert spatial.empirical_bayes(events, people)[:4] == pytest.approx(
        [2.36718950e-05, 4.54539167e-05, 4.78114019e-05, 2.76907146e-05], rel=1e-8
    )


def test_empirical_bayes_by_hand():
    """Two of 100 and eight of 100: mean 0.05, spread 0.03 ** 2 - 0.05 / 100 = 0.0004, trust 0.0004 / 0.0009."""
    assert spatial.empirical_bayes(np.array([2, 8]), np.array([100.0, 100.0])) == pytest.approx(
        [0.05 - 0.03 * 4 / 9, 0.05 + 0.03 * 4 / 9]
    )
    # No more than chance: the mean. Nobody lives there: no rate, and no part in the others'.
    shrunk = spatial.empirical_bayes(np.array([5, 5, 3]), np.array([100.0, 100.0, 0.0]))
    assert shrunk[:2] == pytest.approx([0.05, 0.05])
    assert np.isnan(shrunk[2])


def test_adjusted_p_values_of_the_paper():
    # Benjamini and Hochberg 1995, section 3.2: fifteen p-values, of which the first four are found at 5 %.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (spatial.adjusted(np.array(p)) <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert np.isnan(spatial.adjusted(np.array([np.nan, 0.01]))).tolist() == [True, False]


def test_areas_touch_over_slivers_and_at_corners():
    import shapely

    # A, beside it B after a gap of 2 m, C at B's corner, D 50 m away.
    boxes = [(0, 0, 100, 100), (102, 0, 200, 100), (200, 100, 300, 200), (0, 150, 100, 250)]
    focal, neighbour = spatial.touching(np.array([shapely.box(*box) for box in boxes]))
    assert set(zip(focal.tolist(), neighbour.tolist(), strict=True)) == {(0, 1), (1, 0), (1, 2), (2, 1)}


def test_nearest_are_mutual():
    focal, neighbour = spatial.nearest(np.array([0.0, 1.0, 10.0]), np.zeros(3), k=1)
    assert set(zip(focal.tolist(), neighbour.tolist(), strict=True)) == {(0, 1), (1, 0), (1, 2), (2, 1)}
    assert spatial.nearest(np.array([0.0]), np.array([0.0]))[0].size == 0


def test_windows_are_taken_one_by_one():
    counted = pd.DataFrame(
        {
            "definition": "all",
            "place_kind": "LSOA",
            "place_code": ["b", "a", "a", "b"],
            "last_month": pd.to_datetime(["2024-03-01", "2024-03-01", "2023-03-01", "2023-03-01"]),
            "offences": [2, 1, 3, 4],
        }
    )
    pairs = pd.DataFrame({"place_kind": "LSOA", "place_code": ["a", "b"], "neighbour_code": ["b", "elsewhere"]})
    groups = list(spatial.weighted(counted, pairs))
    assert [group["offences"].tolist() for group, _ in groups] == [[3, 4], [1, 2]]
    assert groups[0][1].adjacency.to_dict() == {(0, 1): 1.0, (1, 1): 0.0}


@pytest.mark.skipif(not BOUNDARIES.is_dir(), reason="the publishers' boundaries are not on this machine (../shared/data)")
def test_real_lsoas_have_neighbours():
    shapes = [
        json.dumps(feature["geometry"])
        for path in sorted(BOUNDARIES.glob("*.geojson"))
        for feature in json.loads(path.read_text())["features"]
    ]
    metres = spatial.polygons(shapes)
    focal, neighbour = spatial.touching(metres)
    numbers = np.bincount(focal, minlength=len(shapes))
    # The county's 651 LSOAs cover 2,625 square kilometres without a hole; a map of areas has some six neighbours each (Euler).
    assert len(shapes) == 651
    assert sum(shape.area for shape in metres) / 1e6 == pytest.approx(2625, rel=0.01)
    assert numbers.min() >= 1
    assert 5 < numbers.mean() < 6.5
    pairs = set(zip(focal.tolist(), neighbour.tolist(), strict=True))
    assert pairs == {(other, place) for place, other in pairs}
    # What lies in the west is near what lies in the west.
    east = np.array([shape.centroid.x for shape in metres])
    assert spatial.moran(east, spatial.graph(len(east), focal, neighbour))["i"] > 0.9
