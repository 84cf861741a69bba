"""Correlations against scipy's own examples, hand-computed limits, and the publishers' own files."""

from __future__ import annotations

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
