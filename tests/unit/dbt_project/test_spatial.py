"""Clusters, neighbours and smoothed rates against PySAL's own worked examples and against maps drawn by hand."""

from __future__ import annotations

import itertools
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
    found = spatial.getis_ord(np.array([2, 3, 3.2, 5, 8, 7]), weights, 1)
    assert found["z_score"].tolist() == pytest.approx(
        [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], abs=1e-8
    )


def test_getis_ord_by_hand():
    """Four in a row with 0, 0, 0 and 4: mean 1, variance 3. The last has one neighbour: (4 - 2) / sqrt(3 (4 * 2 - 4) / 3)."""
    row = spatial.graph(4, np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]))
    assert spatial.getis_ord(np.array([0, 0, 0, 4.0]), row, 1)["z_score"][3] == pytest.approx(1.0)
    assert spatial.getis_ord(np.array([2, 2, 2, 2.0]), row, 1)["q_value"].isna().all()


def board(side):
    """Neighbours, by edge and corner, of the squares of a board."""
    east, north = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    beside = np.maximum(np.abs(east[:, None] - east), np.abs(north[:, None] - north)) == 1
    return spatial.graph(side * side, *np.nonzero(beside)), beside


@pytest.mark.parametrize("values", [[3, 0, 0, 1, 5, 0, 0, 2, 4], [0.5, 0.25, -1.5, 0.1, 0.7, -0.3, 0.1, 0.2, 0.3]])
def test_p_values_are_those_of_all_neighbourhoods_there_could_be(values):
    """Nine squares: every set of as many others, listed. The last square but one has no neighbours."""
    _, beside = board(3)
    beside = beside.copy()
    beside[7, :] = beside[:, 7] = False
    values = np.array(values, dtype=float)
    found = spatial.getis_ord(values, spatial.graph(9, *np.nonzero(beside)), 1)
    for place in (0, 1, 2, 3, 4, 5, 6, 8):
        own = values[beside[place]].sum()
        others = np.delete(values, place)
        sums = np.array([sum(some) for some in itertools.combinations(others, int(beside[place].sum()))])
        at_least, at_most = np.mean(sums >= own - 1e-9), np.mean(sums <= own + 1e-9)
        due = min(1, 2 * (at_least if found["z_score"][place] > 0 else at_most))
        assert found["p_value"][place] == pytest.approx(due, abs=0.01), place
    assert np.isnan(found["p_value"][7]) and np.isnan(found["q_value"][7])


def test_equal_content_has_equal_p_values_and_a_cluster_among_zeros_is_found():
    weights, beside = board(20)
    values = np.random.default_rng(1).poisson(0.4, 400).astype(float)
    middle = np.flatnonzero(beside[210] | (np.arange(400) == 210))
    values[middle] += 6
    found = spatial.getis_ord(values, weights, 7)
    assert found.equals(spatial.getis_ord(values, weights, 7))
    hot = np.flatnonzero((found["q_value"] <= 0.05) & (found["z_score"] > 0))
    assert 210 in hot
    assert set(hot) <= set(np.flatnonzero(beside[middle].any(axis=0)))


def share_of_maps_with_a_hot_place(maps, values_of, weights):
    """Of maps without clustering, by the seeds 0, 1, 2, ..."""
    found = 0
    for seed in range(maps):
        clusters = spatial.getis_ord(values_of(np.random.default_rng(seed)), weights, seed)
        found += bool(((clusters["q_value"] <= 0.05) & (clusters["z_score"] > 0)).any())
    return found / maps


def areas_of(places, offences):
    """Areas of unequal population and number of neighbours; and a draw of rates of counts in proportion to residents."""
    from scipy.spatial import Delaunay

    rng = np.random.default_rng(2024)
    starts, neighbours = Delaunay(rng.random((places, 2))).vertex_neighbor_vertices
    weights = spatial.graph(places, np.repeat(np.arange(places), np.diff(starts)), neighbours)
    people = np.round(np.exp(rng.uniform(np.log(1000), np.log(3200), places)))

    def rates(draw):
        return spatial.standard_rates(draw.multinomial(offences, people / people.sum()), people)

    return weights, rates


def hexagons_of(radius):
    """A disc of hexagons, most of them without an offence, some with many; and a draw in which every order is as likely."""
    import h3

    cells = h3.grid_disk("88194ad2b1fffff", radius)
    position = {cell: number for number, cell in enumerate(cells)}
    pairs = [(position[cell], position[near]) for cell in cells for near in h3.grid_ring(cell, 1) if near in position]
    counts = np.random.default_rng(2024).negative_binomial(0.15, 0.1, len(cells)).astype(float)
    assert (counts == 0).mean() > 0.6 and counts.max() >= 10
    return spatial.graph(len(cells), *np.array(pairs).T), lambda draw: draw.permutation(counts)


@pytest.mark.parametrize("map_of", [lambda: areas_of(150, 600), lambda: hexagons_of(8)], ids=["areas", "hexagons"])
def test_few_of_sixty_maps_without_clustering_show_a_hot_place(map_of, monkeypatch):
    monkeypatch.setattr(spatial, "DRAWS", 9_999)
    weights, values_of = map_of()
    assert share_of_maps_with_a_hot_place(60, values_of, weights) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("map_of", [lambda: areas_of(642, 2500), lambda: hexagons_of(33)], ids=["areas", "hexagons"])
def test_at_most_one_in_twenty_of_500_maps_without_clustering_shows_a_hot_place(map_of):
    """The size of a county. Two in a hundred are for chance: the standard error of a share of 0.05 of 500 is 0.01."""
    weights, values_of = map_of()
    assert share_of_maps_with_a_hot_place(500, values_of, weights) <= 0.07


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
    assert weights.toarray().tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert spatial.standardised(weights).toarray().tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize("alone", [0, 3])
def test_moran_and_rates_are_those_of_esda_to_the_last_digit(alone):
    """Also where some places have no neighbours: the library writes these down as a weight of 0 to themselves."""
    from esda.moran import Moran
    from esda.smoothing import assuncao_rate
    from libpysal.graph import Graph

    rng = np.random.default_rng(1950)
    east, north = rng.random((2, 300))
    focal, neighbour = spatial.nearest(east, north, 4)
    with_neighbours = (focal >= alone) & (neighbour >= alone)
    focal, neighbour = focal[with_neighbours], neighbour[with_neighbours]
    # Its places are in the order in which they are first named.
    own = range(alone)
    theirs = Graph.from_arrays([*own, *focal], [*own, *neighbour], np.repeat([0.0, 1.0], [alone, len(focal)]))
    offences, people = rng.poisson(3, 300), rng.integers(500, 4000, 300).astype(float)
    rates = spatial.standard_rates(offences, people)
    assert rates.tolist() == assuncao_rate(offences, people).tolist()
    due = Moran(rates, theirs, transformation="r", permutations=0)
    found = spatial.moran(rates, spatial.graph(300, focal, neighbour))
    assert (found["expected"], found["z_score"]) == (due.EI, due.z_rand)
    assert found["i"] == pytest.approx(due.I, rel=1e-12)


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


def test_areas_at_the_border_of_all_are_at_the_edge():
    import shapely

    # Nine squares with gaps of 2 m between them, inside which is no border.
    boxes = [shapely.box(102 * i, 102 * j, 102 * i + 100, 102 * j + 100) for i in range(3) for j in range(3)]
    assert np.flatnonzero(~spatial.at_edge(np.array(boxes))).tolist() == [4]


def test_hexagons_inside_are_those_whose_centre_is():
    import h3

    cells = set(h3.grid_disk("88194ad2b1fffff", 3))
    shape = json.dumps(h3.cells_to_geo(cells))
    assert spatial.hexagons_inside([shape]) == cells
    assert spatial.hexagons_inside([]) == set()


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
    assert groups[0][1].toarray().tolist() == [[0, 1], [0, 0]]


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
    # What is in the west is near what is in the west.
    east = np.array([shape.centroid.x for shape in metres])
    assert spatial.moran(east, spatial.graph(len(east), focal, neighbour))["i"] > 0.9
