"""Correlations against scipy's own examples, hand-computed limits, and the publishers' own files."""

from __future__ import annotations

import itertools

import correlation
import numpy as np
import pytest

from tests.conftest import REAL_DATA

METHODS = pytest.mark.parametrize("method", correlation.METHODS)


def test_pearson_and_its_limits_are_those_of_scipy():
    from scipy.stats import pearsonr

    rng = np.random.default_rng(1)
    x = rng.normal(size=40)
    y = 0.5 * x + rng.normal(size=40)
    scipys = pearsonr(x, y)
    found = correlation.correlate(x, y, "Pearson")
    assert (found["coefficient"], found["p_value"]) == pytest.approx((scipys.statistic, scipys.pvalue))
    assert (found["low"], found["high"]) == pytest.approx(tuple(scipys.confidence_interval(0.95)))


def test_spearman_by_hand():
    """Ten pairs whose ranks differ by 1 in all places: r = 1 - 6 * 10 / (10 * 99) = 0.93939, and z = artanh(r) by hand."""
    x = np.arange(1.0, 11.0)
    y = np.array([2, 1, 4, 3, 6, 5, 8, 7, 10, 9]) ** 3.0
    found = correlation.correlate(x, y, "Spearman")
    assert found["coefficient"] == pytest.approx(1 - 60 / 990)
    # z = 1.73287; error = sqrt((1 + 0.93939² / 2) / 7) = 0.45375; limits tanh(z ± 1.95996 * 0.45375)
    assert (found["low"], found["high"]) == pytest.approx((0.68768, 0.98950), abs=1e-5)


def field(places, reach, rng, times):
    """Fields over these places whose likeness decreases exponentially with distance, one column each."""
    far = np.hypot(*np.moveaxis(places[:, None] - places[None], 2, 0))
    return np.linalg.cholesky(0.7 * np.exp(-far / reach) + 0.3 * np.eye(len(places))) @ rng.normal(size=(len(places), times))


def test_effective_places_are_those_of_the_formula_with_whole_matrices():
    """Dutilleul 1993, written down: matrices of n times n, and traces of their products."""
    rng = np.random.default_rng(3)
    # Half of them in a town.
    places = np.concatenate([rng.random((30, 2)) * 1_000, rng.random((30, 2)) * 10_000])
    x, y = field(places, 3_000, rng, 2).T
    n = len(x)
    far = np.hypot(*np.moveaxis(places[:, None] - places[None], 2, 0))
    pairs = far[~np.eye(n, dtype=bool)]
    edges = list(np.linspace(0, pairs.max(), int(np.ceil(1 + np.log2(n * (n - 1) / 2))) + 1)[:-1])
    # Four, eight and so on neighbours on the average, while these are nearer than the first edge.
    edges += [edge for edge in np.quantile(pairs, [4 / n, 8 / n, 16 / n, 32 / n]) if edge < edges[1]]
    assert len(edges) == 14
    edges = [*sorted(edges), np.inf]
    classes = [np.eye(n)] + [(far >= low) & (far < high) & ~np.eye(n, dtype=bool) for low, high in itertools.pairwise(edges)]
    without_mean = np.eye(n) - np.ones((n, n)) / n
    # What the mean products of each class would be expected to be, were the covariance 1 in one class and 0 in all others.
    inner = [without_mean @ matrix @ without_mean for matrix in classes]
    expected = np.array([[np.sum(of * matrix) / np.sum(of) for matrix in inner] for of in classes])
    one, other = (
        without_mean
        @ np.tensordot(
            np.linalg.lstsq(expected, [np.sum(of * np.outer(z, z)) / np.sum(of) for of in classes], rcond=1e-9)[0], classes, 1
        )
        for z in (x - x.mean(), y - y.mean())
    )
    due = 1 + np.trace(one) * np.trace(other) / np.trace(one @ other)
    distances = correlation.Distances(*places.T)
    found = distances.effective(*distances.products(np.column_stack([x, y])))
    assert 3 < due < n
    assert found == pytest.approx(due, rel=1e-6)
    # Dutilleul's t, by hand.
    from scipy.stats import t

    r = np.corrcoef(x, y)[0, 1]
    p = 2 * t.sf(abs(r) / np.sqrt((1 - r**2) / (due - 2)), due - 2)
    assert correlation.correlate(x, y, "Pearson", found)["p_value"] == pytest.approx(p)


def false_positives(places, reach, times, seed):
    """Share of pairs of independent fields that are found to go together at 5 %: as if places were independent, and modified."""
    rng = np.random.default_rng(seed)
    x, y = field(places, reach, rng, times), field(places, reach, rng, times)
    distances = correlation.Distances(*places.T)
    products = distances.products(np.hstack([x, y]))
    naive, modified = 0, 0
    for i in range(times):
        effective = distances.effective(products[i], products[times + i])
        naive += correlation.correlate(x[:, i], y[:, i], "Pearson")["p_value"] < 0.05
        modified += correlation.correlate(x[:, i], y[:, i], "Pearson", effective)["p_value"] < 0.05
    return naive / times, modified / times


def test_independent_patterns_of_a_map_seldom_go_together():
    naive, modified = false_positives(np.random.default_rng(5).random((200, 2)) * 50_000, 8_000, 1_000, seed=5)
    assert naive > 0.2
    assert modified <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize("reach", [1_000, 3_000, 10_000])
def test_independent_patterns_of_a_county_seldom_go_together(reach):
    """As many LSOAs as a county has, half of them in two cities; 1,000 pairs of fields."""
    rng = np.random.default_rng(6)
    cities = [rng.normal(centre, 4_000, (160, 2)) for centre in ((20_000, 15_000), (45_000, 60_000))]
    places = np.concatenate([*cities, rng.random((320, 2)) * [60_000, 80_000]])
    assert false_positives(places, reach, 1_000, seed=reach)[1] <= 0.07


def test_where_nothing_is_alike_all_places_count_and_fewer_never_than_three():
    rng = np.random.default_rng(4)
    places = rng.random((300, 2)) * 1_000
    distances = correlation.Distances(*places.T)
    noise = distances.products(rng.normal(size=(2, 300)).T)
    assert distances.effective(*noise) > 200
    (slope,) = distances.products(places[:, :1])
    assert correlation.FEWEST_EFFECTIVE <= distances.effective(slope, slope) < 20
    found = correlation.correlate(places[:, 0], places[:, 1], "Pearson", correlation.FEWEST_EFFECTIVE)
    assert (found["low"], found["high"]) == (-1, 1)


@METHODS
def test_too_few_places_or_no_variation_say_nothing(method):
    few, flat = np.arange(9.0), np.ones(20)
    assert np.isnan(correlation.correlate(few, few, method)["coefficient"])
    assert np.isnan(correlation.correlate(np.arange(20.0), flat, method)["p_value"])


@METHODS
def test_a_perfect_line_has_limits_and_leaves_nothing(method):
    x = np.arange(20.0)
    found = correlation.correlate(x, 3 * x - 1, method)
    assert found["coefficient"] == pytest.approx(1) and found["low"] <= 1 and np.isfinite(found["high"])
    assert correlation.residuals(x, 3 * x - 1, method) == pytest.approx(np.zeros(20), abs=1e-9)


@pytest.mark.skipif(
    not (REAL_DATA / "derby_lsoa_crime").is_dir(), reason="the publishers' files are not on this machine (../shared/data)"
)
def test_violence_goes_with_deprivation_in_the_real_county():
    """The 642 LSOAs of 2011: police.uk counts against file 1 of the indices (with its crime domain: in part circular)."""
    import csv

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(REAL_DATA / "imd2019" / "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"))
    rank = {row[0]: row[4] for row in book.get_sheet_by_name("IMD2019").to_python()[1:]}
    with (REAL_DATA / "derby_lsoa_crime" / "AssessmentCrimeData.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    deprivation = np.array([32_845 - rank[row["LSOA"]] for row in rows])
    for crime in ("Violent Crimes", "Robbery", "Possession of Weapons"):
        rate = np.array([1000 * float(row[crime]) / float(row["Population"]) for row in rows])
        found = correlation.correlate(deprivation, rate, "Spearman")
        assert found["low"] > 0.2, crime
        assert found["p_value"] < 1e-6
    assert len(rows) == 642
